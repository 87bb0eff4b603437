"""Errors that a user can cause. Each says what went wrong and what to do next."""


class RecsysError(Exception):
    """Base of every error that `recsys` raises on purpose; its text can be shown to a fan."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.__class__.__name__


class ArtifactError(RecsysError):
    """A file of the artifacts is missing, damaged, of another version or of another kind."""


class SettingError(RecsysError, ValueError):
    """A setting in the environment that has a wrong value."""


class DataError(RecsysError):
    """Raw or prepared ratings data cannot be read."""


class ProfileError(RecsysError, ValueError):
    """An invalid value in a fan's list or a request: a score outside 1-10, an id that is not a number."""


class UnknownTitleError(RecsysError, KeyError):
    """An anime id that is not in the catalogue."""


class UnknownFanError(RecsysError, KeyError):
    """A username that is not in the ratings."""


class UnknownModelError(RecsysError, KeyError):
    """A model that is not among the loaded ones."""


class ListError(RecsysError):
    """A fan's list could not be read or fetched; subclasses in `recsys.lists` name the reason."""


def first_line(error: BaseException) -> str:
    """The first line of another library's error, at most 200 characters: what follows is of no use to a fan."""
    return str(error).strip().partition("\n")[0][:200]
