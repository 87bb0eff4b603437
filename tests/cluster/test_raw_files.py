"""Pieces of raw files: every line is in one of them, in order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.cluster import raw_files
from recsys.cluster.raw_files import Pieces
from recsys.errors import DataError
from tests.prepare import rawset

LINE = st.binary(max_size=12).map(lambda line: line.replace(b"\n", b""))


@given(lines=st.lists(LINE, max_size=20), size=st.integers(1, 60), ends=st.booleans())
def test_pieces_have_all_lines_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int, ends: bool
):
    folder = tmp_path_factory.mktemp("pieces")
    path = folder / "lists.csv"
    path.write_bytes(b"header\n" + b"\n".join(lines) + (b"\n" if ends else b""))
    found = b""
    for number, piece in enumerate(Pieces().of(path, size)):
        header, rest = piece.copy(folder / f"piece-{number}").read_bytes().split(b"\n", 1)
        assert header == b"header"
        found += rest
    assert found == path.read_bytes().split(b"\n", 1)[1]


def test_gzipped_lists_are_one_piece(tmp_path: Path):
    raw = rawset.good(tmp_path / "raw")
    packed = rawset.write_watching(tmp_path / "w.csv.gz", [("ann", 1, 1)])
    assert [piece.end for piece in Pieces().of(packed, 1)] == [None]
    assert len(list(Pieces().of(rawset.lists_file(raw), 10))) > 1


def test_parts_with_other_headers_are_an_error(tmp_path: Path):
    raw = rawset.good(tmp_path / "raw")
    first = rawset.lists_file(raw)
    first.with_name("animelists_cleaned-2.csv").write_text("username,my_score,anime_id\n")
    first.rename(first.with_name("animelists_cleaned-1.csv"))
    with pytest.raises(DataError, match="their headers differ"):
        raw_files.locate(str(raw), tmp_path / "local", Pieces())


def test_a_plain_folder_stays_where_it_is(tmp_path: Path):
    raw = rawset.good(tmp_path / "raw")
    assert raw_files.locate(str(raw), tmp_path / "local", Pieces()) == raw
    with pytest.raises(DataError, match="There is no"):
        raw_files.locate(str(tmp_path / "none"), tmp_path / "local", Pieces())
