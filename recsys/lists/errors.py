"""Why a fan's list could not be brought. One class per cause; each text says what to do next.

No text repeats what a server sent: it would be shown on a page.
"""

from typing import ClassVar

from recsys.errors import ListError


class BadFileError(ListError):
    """A file that is not the list it should be: too large, cut short, of another kind, or not well-formed."""


class EmptyListError(ListError):
    """The list was read whole and holds no title that can be used."""


class TooLongError(ListError):
    """More entries than any fan's list has."""


class BadUsernameError(ListError):
    """Not a name that the site would give out; nothing was sent."""


class ClientIdError(ListError):
    """MyAnimeList's API needs a client id: none was given, or MyAnimeList refused it."""


class NoSuchUserError(ListError):
    """The site knows no fan of that name."""


class PrivateListError(ListError):
    """The site keeps this fan's list to itself."""


class DownloadError(ListError):
    """Base of what may go wrong between this program and the site."""

    #: Whether the same request may well succeed a little later.
    transient: ClassVar[bool] = False


class RefusedError(DownloadError):
    """The site refuses this server, whoever's list it asks for."""


class BadAnswerError(DownloadError):
    """The site answered with something other than a list: not JSON, too large, or a redirect elsewhere."""


class RateLimitedError(DownloadError):
    """Too many requests. `retry_after` is how many seconds to wait, if known."""

    transient = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServerDownError(DownloadError):
    """The site failed or did not answer in time."""

    transient = True


class UnreachableError(DownloadError):
    """No connection to the site."""

    transient = True


class PartialListError(DownloadError):
    """The download broke off. What had arrived is thrown away: half a list would be taken for all of it."""

    transient = True
