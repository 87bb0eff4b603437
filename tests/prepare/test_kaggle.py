"""Raw sets are recognised by their headers; ambiguous files are an error."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DataError
from recsys.prepare import kaggle, raw_sql
from tests.prepare import rawset
from tests.prepare.rawset import AZATHOTH, COOPER_UNION, HERNAN, good

#: The headers of the sets as they are on Kaggle.
AZATHOTH_LISTS = ",".join(rawset.LIST_HEADER)
HERNAN_TITLES = (
    "MAL_ID,Name,Score,Genres,English name,Japanese name,Type,Episodes,Aired,Premiered,Producers,Licensors,Studios,"
    "Source,Duration,Rating,Ranked,Popularity,Members,Favorites,Watching,Completed,On-Hold,Dropped,Plan to Watch,"
    + ",".join(f"Score-{s}" for s in range(10, 0, -1))
)


def touch(folder: Path, **headers: str) -> Path:
    for stem, header in headers.items():
        (folder / f"{stem}.csv").write_text(header + "\n")
    return folder


def test_the_complete_azathoth42_set_is_recognised_by_its_cleaned_files(tmp_path: Path) -> None:
    users, titles = "username,user_id,user_watching,gender", "anime_id,title,title_english,type"
    lists = dict.fromkeys(("animelists_cleaned", "animelists_filtered", "UserAnimeList"), AZATHOTH_LISTS)
    fans = dict.fromkeys(("users_cleaned", "users_filtered", "UserList"), users)
    anime = dict.fromkeys(("anime_cleaned", "anime_filtered", "AnimeList"), titles)
    source = kaggle.recognise(touch(tmp_path, **lists, **fans, **anime))
    assert source.users is not None
    assert [part.file.stem for part in (source.lists, source.titles, source.users)] == [
        "animelists_cleaned",
        "anime_cleaned",
        "users_cleaned",
    ]


def test_the_complete_hernan4444_set_is_recognised_by_its_full_lists(tmp_path: Path) -> None:
    touch(
        tmp_path,
        anime=HERNAN_TITLES,
        anime_with_synopsis="MAL_ID,Name,Score,Genres,sypnopsis",
        animelist="user_id,anime_id,rating,watching_status,watched_episodes",
        rating_complete="user_id,anime_id,rating",
        watching_status="status, description",
    )
    source = kaggle.recognise(tmp_path)
    assert source.schema.name.startswith(HERNAN)
    assert source.lists.file.stem == "animelist"
    assert source.titles.file.stem == "anime"
    assert source.users is None
    assert source.lists.position("status") == 3
    assert source.lists.position("updated") is None


@pytest.mark.parametrize("schema", [AZATHOTH, COOPER_UNION, HERNAN])
@pytest.mark.parametrize("gz", [False, True])
def test_each_schema_is_recognised_under_any_file_name(tmp_path: Path, schema: str, gz: bool) -> None:
    rawset.write(tmp_path, schema, [], [1], [1], gz)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        path.rename(tmp_path / f"file{number}{''.join(path.suffixes)}")
    assert kaggle.recognise(tmp_path).schema.name.startswith(schema)


def test_two_candidates_are_an_error_that_names_both(tmp_path: Path) -> None:
    good(tmp_path, COOPER_UNION)
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text((tmp_path / "rating.csv").read_text())
    (tmp_path / "rating.csv").unlink()
    with pytest.raises(DataError, match=r"one\.csv.*two\.csv"):
        kaggle.recognise(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b"a,b,a\n", "twice"),
        (b"a,\x00b\n", "UTF-8"),
        (b"\xff\xfea\x00,\x00b\x00\n\x00", "UTF-8"),
        (b'"a,b\n1,2\n', "comma-separated"),
    ],
)
def test_invalid_headers(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        kaggle.read_header(path)


def test_a_header_with_a_byte_order_mark_quotes_and_spaces(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress('\ufeff"user_id", Anime_ID ,,"a ""b"""\r\n1,2,3,4\r\n'.encode()))
    header = kaggle.read_header(path)
    assert header.header == ("user_id", "Anime_ID", "column2", 'a "b"')
    assert header.position("anime_id") == 1


def fields(folder: Path, *lines: str) -> list[Sequence[str] | None]:
    """The result of `raw_sql.lines` for lines under a header of three columns."""
    path = folder / "rating.csv"
    path.write_text("user_id,anime_id,rating\n" + "\n".join(lines), newline="")
    part = kaggle.Part(kaggle.read_header(path), kaggle.SCHEMAS[1].lists)
    with duckdb.connect() as connection:
        return [row for (row,) in connection.execute(raw_sql.lines(part)).fetchall()]


def test_lines_are_split_as_csv_does(tmp_path: Path) -> None:
    lines = ["1,2,3", '"1","2","3"', '1,"a,b",3', '1,"say ""x""",3', ",,", '"","",""', "ü,é,ñ", '1,2,"', 'a"b,2,3']
    found = fields(tmp_path, *lines)
    assert found[:-2] == list(csv.reader(lines[:-2]))
    assert found[-2:] == [None, None]  # Python's reader would guess


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), (" 7 ", 7), ("7.0", 7), ("-1", -1), ("7.5", None), ("", None), ("NaN", None), ("-inf", None),
     ("1e400", None), ("9007199254740993", None), ("seven", None), ("0x10", None)],
)  # fmt: skip
def test_whole_numbers(text: str, number: int | None) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {raw_sql.whole_number('?')}".replace("?", f"'{text}'")).fetchall() == [
            (number,)
        ]
