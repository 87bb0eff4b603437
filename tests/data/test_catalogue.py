"""The catalogue: what is written is read, columns agree with rows, and anything else is refused by name."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data import catalogue
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError, UnknownTitleError
from recsys.types import MAX_ANIME_ID, Title

FULL = Title(
    5,
    "Kaubōi <Bebop> & Co.",
    title_english="Cowboy Bebop",
    title_japanese="カウボーイビバップ",
    synonyms=("CB",),
    type="Movie",
    source="Original",
    episodes=26,
    duration_min=24.5,
    year=1998,
    season="Spring",
    status="Finished Airing",
    aired_from=dt.date(1998, 4, 3),
    aired_to=dt.date(1999, 4, 24),
    genres=("Action",),
    themes=("Space",),
    demographics=("Seinen",),
    tags=("Noir", "CGI"),
    studios=("Sunrise",),
    age_rating="R - 17+ (violence & profanity)",
    mean_score=8.75,
    scored_by=900_000,
    members=1_000_000,
    anilist_id=6,
    kitsu_id=7,
    image_url="https://example.org/5.jpg",
    franchise_id=1,
    kind="special",
    watch_order=2,
    requires=(1, 404),
    streaming=(("Netflix", "https://www.netflix.com/title/1"),),
)
BARE = Title(1, "Bare")
ROWS = [FULL, BARE, Title(MAX_ANIME_ID, "Last", genres=("Action",), adult=True)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / catalogue.FILE
    catalogue.write(ROWS, path)
    return path


class TestRoundTrip:
    def test_titles_survive_writing_and_loading(self, file: Path):
        assert Catalogue.load(file).titles() == sorted(ROWS, key=lambda title: title.anime_id)

    def test_title_at_a_position_is_the_row_with_its_id(self, file: Path):
        loaded = Catalogue.load(file)
        assert [loaded.title(loaded.position(title.anime_id)) for title in ROWS] == ROWS

    @given(st.sets(st.integers(1, MAX_ANIME_ID), min_size=1), st.data())
    def test_any_rows_come_back(self, ids, data):
        text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
        rows = [Title(i, data.draw(text), synonyms=tuple(data.draw(st.lists(text, max_size=2)))) for i in sorted(ids)]
        assert Catalogue.from_rows(rows).titles() == rows

    def test_repeated_id_is_refused(self):
        with pytest.raises(ValueError, match="twice"):
            catalogue.to_table([BARE, BARE])

    @pytest.mark.parametrize(("place", "kind"), [(2**15 - 1, pa.int16()), (2**15, pa.int32()), (100_000, pa.int32())])
    def test_the_order_of_a_franchise_is_written_as_narrow_as_its_size_allows(self, tmp_path: Path, place, kind):
        rows = [Title(6, "Hoshi Ou", franchise_id=5), Title(7, "Yuusha Ou", franchise_id=5, watch_order=place)]
        path = tmp_path / catalogue.FILE
        catalogue.write(rows, path)
        assert pq.read_schema(path.with_name(catalogue.FRANCHISES)).field("watch_order").type == kind
        assert Catalogue.load(path).titles() == rows

    @pytest.mark.parametrize("circle", [(1,), (1, 2), (1, 2, 3)])
    def test_titles_that_require_each_other_are_refused(self, circle: tuple[int, ...]):
        first = dict(zip(circle, (*circle[1:], circle[0]), strict=True))
        with pytest.raises(ValueError, match="require each other"):
            catalogue.to_table([Title(i, "Yuusha Ou", requires=(before,)) for i, before in first.items()])


class TestColumns:
    def test_columns_agree_with_rows_and_mark_what_is_unknown(self):
        c = Catalogue.from_rows(ROWS)
        assert len(c) == 3
        assert c.ids.tolist() == [1, 5, MAX_ANIME_ID]
        assert c.types.tolist() == ["", "Movie", ""]
        assert c.kinds.tolist() == ["main", "special", "main"]
        assert c.years.tolist() == [0, 1998, 0]
        assert c.episodes.tolist() == [0, 26, 0]
        assert c.members.tolist() == [0, 1_000_000, 0]
        assert np.isnan(c.mean_scores).tolist() == [True, False, True]
        assert c.adult.tolist() == [False, False, True]
        assert c.franchise_ids.tolist() == [1, 1, MAX_ANIME_ID]

    def test_genres_themes_and_demographics_are_named_columns(self):
        c = Catalogue.from_rows(ROWS)
        assert c.genres == ("Action", "Seinen", "Space")
        assert c.genre_matrix.tolist() == [[False, False, False], [True, True, True], [True, False, False]]

    def test_requires_are_positions_without_unknown_titles(self):
        offsets, required = Catalogue.from_rows(ROWS).requires
        assert offsets.tolist() == [0, 0, 1, 1]
        assert required.tolist() == [0]

    def test_columns_are_read_only(self):
        with pytest.raises(ValueError, match="read-only"):
            Catalogue.from_rows(ROWS).members[0] = 1

    def test_no_list_values_at_all(self):
        c = Catalogue.from_rows([BARE])
        assert c.genres == ()
        assert c.genre_matrix.shape == (1, 0)
        assert c.requires[0].tolist() == [0, 0]


class TestPositions:
    def test_unknown_ids_are_minus_one(self):
        assert Catalogue.from_rows(ROWS).positions([5, 2, MAX_ANIME_ID, 0, -7, 2**40]).tolist() == [
            1,
            -1,
            2,
            -1,
            -1,
            -1,
        ]

    def test_none_and_nothing(self):
        assert Catalogue.from_rows(ROWS).positions([]).tolist() == []
        assert Catalogue.from_rows([]).positions([3]).tolist() == [-1]

    def test_unknown_title_says_so(self):
        with pytest.raises(UnknownTitleError, match="777"):
            Catalogue.from_rows(ROWS).position(777)


class TestFranchise:
    ROWS = (
        Title(10, "Second", franchise_id=10, watch_order=2, requires=(30,)),
        Title(20, "Third", franchise_id=10, watch_order=3, requires=(30, 10)),
        Title(30, "First, added late", franchise_id=10, watch_order=1),
        Title(40, "Other", franchise_id=40, watch_order=1),
    )

    def test_titles_are_in_watch_order(self):
        assert Catalogue.from_rows(self.ROWS).franchise(20) == (30, 10, 20)

    def test_title_alone_is_its_own_franchise(self):
        assert Catalogue.from_rows([BARE]).franchise(1) == (1,)


def _without(table: pa.Table, name: str) -> pa.Table:
    return table.drop_columns([name])


def _retyped(table: pa.Table, name: str, kind: pa.DataType) -> pa.Table:
    at = table.column_names.index(name)
    return table.set_column(at, name, pa.nulls(table.num_rows, kind))


FAULTS = {
    "column members is missing": lambda t: _without(t, "members"),
    "column year is": lambda t: _retyped(t, "year", pa.string()),
    "column members has empty values": lambda t: _retyped(t, "members", pa.int32()),
    "column title has empty values": lambda t: _retyped(t, "title", pa.string()),
    "other columns": lambda t: t.append_column("more", pa.nulls(t.num_rows)),
    "not positive and ascending": lambda t: t.take([1, 0, 2]),
    "holds no title": lambda t: t.slice(0, 0),
}


class TestFranchiseFile:
    """What derives from collections is in a file of its own."""

    def test_names_of_collections_are_in_it_alone(self, tmp_path: Path):
        path = tmp_path / catalogue.FILE
        catalogue.write(ROWS, path, {BARE.anime_id})
        assert pq.read_table(path)["title"].to_pylist() == [None, FULL.title, "Last"]
        assert pq.read_table(tmp_path / catalogue.FRANCHISES)["title"].to_pylist() == ["Bare", None, None]
        assert Catalogue.load(path).titles() == sorted(ROWS, key=lambda title: title.anime_id)

    def test_groups_are_in_it_alone(self, file: Path):
        grouped = {"franchise_id", "watch_order", "requires"}
        assert grouped.isdisjoint(pq.read_schema(file).names)
        assert grouped < set(pq.read_schema(file.with_name(catalogue.FRANCHISES)).names)

    def test_missing_or_of_other_titles_is_refused(self, file: Path):
        other = file.with_name(catalogue.FRANCHISES)
        pq.write_table(pq.read_table(other).slice(1), other)
        with pytest.raises(ArtifactError, match="other titles"):
            Catalogue.load(file)
        other.unlink()
        with pytest.raises(ArtifactError, match=catalogue.FRANCHISES):
            Catalogue.load(file)


class TestRefusal:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_parquet_file_that_is_no_catalogue(self, file: Path, fault: str):
        pq.write_table(FAULTS[fault](pq.read_table(file)), file)
        with pytest.raises(ArtifactError, match=f"{catalogue.FILE}.*{fault}"):
            Catalogue.load(file)

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "", "//example.org"])
    def test_a_link_that_is_no_web_address(self, tmp_path: Path, url: str):
        path = tmp_path / catalogue.FILE
        for title in (replace(FULL, streaming=(("Evil", url),)), replace(FULL, image_url=url)):
            catalogue.write([title], path)
            with pytest.raises(ArtifactError, match="web address"):
                Catalogue.load(path)

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"\x80\x04\x95pickle.", b"not parquet at all"])
    def test_a_file_of_another_kind(self, tmp_path: Path, content: bytes):
        path = tmp_path / catalogue.FILE
        path.write_bytes(content)
        with pytest.raises(ArtifactError, match=catalogue.FILE):
            Catalogue.load(path)

    def test_a_truncated_file(self, file: Path):
        whole = file.read_bytes()
        for size in (len(whole) - 1, len(whole) // 2, 100):
            file.write_bytes(whole[:size])
            with pytest.raises(ArtifactError, match=catalogue.FILE):
                Catalogue.load(file)

    def test_a_missing_file_says_how_to_make_it(self, tmp_path: Path):
        with pytest.raises(ArtifactError, match="build_catalogue"):
            Catalogue.load(tmp_path / catalogue.FILE)

    def test_a_folder(self, tmp_path: Path):
        with pytest.raises(ArtifactError, match=tmp_path.name):
            Catalogue.load(tmp_path)
