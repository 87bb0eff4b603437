"""Errors of the import, one class for each cause. Each text says what to do next.

No text contains what a server sent, since texts are shown on pages.
"""

from typing import ClassVar

from recsys.errors import ListError


class BadFileError(ListError):
    """The file is not a list: too large, cut off, of another kind, or not well-formed."""


class EmptyListError(ListError):
    """The complete list was read, and has no usable title."""


class TooLongError(ListError):
    """The list has more entries than any real list."""


class BadUsernameError(ListError):
    """Not a valid name on the site; no request was sent."""


class ClientIdError(ListError):
    """MyAnimeList's API needs a client id: it is missing, or MyAnimeList refused it."""


class NoSuchUserError(ListError):
    """The site has no user of that name."""


class PrivateListError(ListError):
    """The user's list is private."""


class DownloadError(ListError):
    """Base class of failures between this program and the site."""

    #: Whether the same request may succeed a little later.
    transient: ClassVar[bool] = False


class RefusedError(DownloadError):
    """The site refuses this server for any list."""


class BadAnswerError(DownloadError):
    """The answer is not a list: not JSON, too large, or a redirect."""


class RateLimitedError(DownloadError):
    """Too many requests. `retry_after`: seconds to wait, if known."""

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
    """The download broke off. The part that arrived is not used, since it would look like a complete list."""

    transient = True
