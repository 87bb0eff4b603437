"""The catalogue in the artifacts, read as facts, merges to itself again."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from recsys.catalogue_build import aliases, origins, shipped
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.merge import ANILIST, BANGUMI, KAGGLE, MAL, merge
from recsys.data.catalogue import FILE, Catalogue
from recsys.errors import ArtifactError

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
ROWS = [
    Facts(anime_id=1, by=MAL, seen="2026-08", title="Yuusha Ou", synonyms=("YO",), year=2010, scored_by=50),
    Facts(anime_id=1, by=ANILIST, seen="2022-09", title="Yuusha Ou!", year=2010, season="Fall", tags=("CGI",)),
    Facts(anime_id=1, by=KAGGLE, seen="2020-12", title_english="Brave King", members=10, adult=True),
    Facts(anime_id=1, by=BANGUMI, seen="", title_japanese="勇者王", aired_from=dt.date(2010, 10, 3)),
]


def test_rows_of_a_merged_title_give_the_same_title_and_origins():
    merged = merge(ROWS)
    assert merge(shipped.rows(merged.titles, merged.origins)) == merged


def test_each_row_has_what_its_source_said_when():
    merged = merge(ROWS)
    rows = {(row.by, row.seen): row for row in shipped.rows(merged.titles, merged.origins)}
    assert rows.keys() == {
        (MAL, "2026-08"),
        (ANILIST, "2022-09"),
        (KAGGLE, "2020-12"),
        (BANGUMI, ""),
        ("catalogue", ""),
    }
    assert rows[ANILIST, "2022-09"].tags == ("CGI",)
    assert rows[MAL, "2026-08"].tags == ()


def test_origins_are_read_as_they_were_written(tmp_path: Path):
    merged = merge(ROWS)
    origins.write(merged.origins, tmp_path / origins.FILE)
    assert origins.read(tmp_path / origins.FILE) == merged.origins


@pytest.mark.parametrize("content", [b"", b"no table", None])
def test_any_other_file_of_origins_is_refused(tmp_path: Path, content: bytes | None):
    path = tmp_path / origins.FILE
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"catalogue_origins\.parquet"):
        origins.read(path)


def test_a_title_without_origins_is_refused():
    merged = merge(ROWS)
    with pytest.raises(ArtifactError, match="does not hold title 1"):
        list(shipped.rows(merged.titles, {}))


def test_the_shipped_catalogue_merges_to_itself():
    titles = Catalogue.load(ARTIFACTS / FILE).titles()
    known = origins.read(ARTIFACTS / origins.FILE)
    rows = [*shipped.rows(titles, known), *aliases.facts(aliases.read())]
    merged = merge(rows)
    assert merged.origins == known
    placed = {title.anime_id: title for title in titles}
    fields = ("franchise_id", "kind", "watch_order", "requires")
    for title in merged.titles:
        old = placed[title.anime_id]
        assert replace(title, **{name: getattr(old, name) for name in fields}) == old
