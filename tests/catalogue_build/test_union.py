"""Nothing that the folders of facts know is missing in the shipped catalogue."""

import functools
from collections import defaultdict
from pathlib import Path

import pytest

from recsys.catalogue_build import folders
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.merge import AIRING, RULES
from recsys.data.catalogue import FILE, Catalogue
from recsys.types import Title

SHARED = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = (SHARED / "titles", SHARED / "mal")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not all(folder.is_dir() for folder in FOLDERS), reason="needs ../shared/data/titles and mal"),
]


@functools.cache
def known() -> dict[int, list[Facts]]:
    """The rows of each title that has a name."""
    rows = defaultdict(list)
    for row in folders.read(FOLDERS).facts:
        rows[row.anime_id].append(row)
    return {anime_id: of for anime_id, of in rows.items() if any(row.title for row in of)}


@functools.cache
def shipped() -> dict[int, Title]:
    return {t.anime_id: t for t in Catalogue.load(Path(__file__).parents[2] / "artifacts" / FILE).titles()}


def test_every_title_with_a_name():
    assert known().keys() <= shipped().keys()


@pytest.mark.parametrize("field", sorted({*RULES, "adult"}))
def test_every_field(field):
    lost = {
        anime_id
        for anime_id, rows in known().items()
        if any(getattr(row, field) for row in rows) and not getattr(shipped()[anime_id], field)
    }
    if field == "aired_from":
        lost -= {i for i in lost if all(_other_year(shipped()[i], row) for row in known()[i])}
    if field == "aired_to":
        lost -= {i for i in lost if all(_too_early(shipped()[i], row) for row in known()[i])}
    assert not lost


def _other_year(title: Title, row: Facts) -> bool:
    return row.aired_from is None or (title.year is not None and abs(row.aired_from.year - title.year) > 1)


def _too_early(title: Title, row: Facts) -> bool:
    """Whether a last day is before the first one, or of an earlier run of a title that airs."""
    early = row.aired_to and title.aired_from and row.aired_to < title.aired_from
    return not row.aired_to or bool(early) or title.status == AIRING


def test_every_name():
    """A name that a source split at its commas may be missing: it is in another name."""
    for anime_id, rows in known().items():
        title = shipped()[anime_id]
        names = [title.title, title.title_english, title.title_japanese, *title.synonyms]
        have = {name.casefold() for name in names if name}
        parts = {part for name in have for part in name.split(", ")}
        for row in rows:
            for name in (row.title, row.title_english, row.title_japanese, *row.synonyms):
                assert not name or name.casefold() in have | parts, (anime_id, name)
