"""Errors that a user can cause. Each says what went wrong and what to do next."""


class RecsysError(Exception):
    """Base of every error that `recsys` raises on purpose; its text is fit to show to a fan."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.__class__.__name__


class ArtifactError(RecsysError):
    """A file under `artifacts/` is missing, damaged, of another version or not what it claims to be."""


class DataError(RecsysError):
    """Raw or prepared ratings data cannot be read as what it should be."""


class ProfileError(RecsysError, ValueError):
    """A fan's list holds a value that no list can have (a score outside 1-10, an id that is not a number)."""


class UnknownTitleError(RecsysError, KeyError):
    """An anime id that the catalogue does not know."""


class UnknownFanError(RecsysError, KeyError):
    """A name that the ratings do not hold."""


class UnknownModelError(RecsysError, KeyError):
    """A model name that the loaded artifacts do not hold."""


class ListError(RecsysError):
    """A fan's list could not be read or fetched; subclasses in `recsys.lists` name the reason."""
