"""The catalogue in the artifacts as a source of facts, so that an update needs none of its own sources."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recsys.catalogue_build import origins
from recsys.catalogue_build.facts import Facts
from recsys.errors import ArtifactError
from recsys.types import Title

#: The row of what has no origin: names that are not the title, and whether it is adult. No rule names it.
NAME = "catalogue"


def rows(titles: Iterable[Title], known: Mapping[int, Mapping[str, str]]) -> Iterator[Facts]:
    """A row for each source of each title, with the fields that the catalogue took from it in the month it had then.

    Merging them gives the same titles again. `known` is what `origins.read` gives. Raises `ArtifactError` if it does
    not hold a title.
    """
    for title in titles:
        if title.anime_id not in known:
            raise ArtifactError(
                f"{origins.FILE} does not hold title {title.anime_id} of the catalogue: they were not made together. "
                "Write both with python -m scripts.build_catalogue, or restore them from the repository."
            )
        by_origin: dict[str, dict[str, Any]] = defaultdict(dict)
        for field, origin in known[title.anime_id].items():
            by_origin[origin][field] = getattr(title, field)
            if field == "season":  # a season counts only for the year that its source had
                by_origin[origin]["year"] = title.year
        for origin, fields in by_origin.items():
            by, seen = origins.parse(origin)
            yield Facts(anime_id=title.anime_id, by=by, seen=seen, **fields)
        yield Facts(anime_id=title.anime_id, by=NAME, seen="", synonyms=title.synonyms, adult=title.adult)
