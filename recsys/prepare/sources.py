"""Recognise what is to be prepared: sets of scored lists and watching lists."""

from collections.abc import Sequence
from pathlib import Path

from recsys.errors import DataError
from recsys.prepare import kaggle, watching
from recsys.prepare.watching import WatchingList

Source = kaggle.Source | WatchingList


def recognise(paths: Sequence[Path]) -> list[Source]:
    """The source at each path: a folder with a Kaggle set, a watching list, or a folder with only a watching list.

    Sets come before watching lists, each in the given order, so that the ids of a set's fans do not depend on watching
    lists. Raises `DataError` if a path is none of these, if two are the same, or if none has scores.
    """
    sources = [recognise_one(path) for path in paths]
    first: dict[Path, Path] = {}
    for path, source in zip(paths, sources, strict=True):
        file = source.lists.file.path.resolve()
        if file in first:
            raise DataError(f"The sources {first[file]} and {path} are the same; give each source once.")
        first[file] = path
    if not any(isinstance(source, kaggle.Source) for source in sources):
        raise DataError("Watching lists have no scores. Give a set of scored lists as a source too.")
    return sorted(sources, key=lambda source: isinstance(source, WatchingList))


def recognise_one(path: Path) -> Source:
    """The source at `path`; see `recognise`."""
    if path.is_file():
        return watching.recognise(kaggle.read_header(path))
    files, unreadable = kaggle.read_headers(path)
    lists = [file for file in files if file.position("fan") is not None]
    if not lists:
        return kaggle.recognise(path)
    if len(files) + len(unreadable) > 1:
        raise DataError(
            f"{lists[0].path} seems to be a watching list beside other files. Move it out of {path} and give it as a "
            "source of its own."
        )
    return watching.recognise(lists[0])
