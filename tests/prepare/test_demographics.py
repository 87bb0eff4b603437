"""Gender and age bands of the fans of a raw set."""

from pathlib import Path

import numpy as np
import pytest

from recsys.errors import DataError
from recsys.prepare import demographics
from tests.prepare import rawset

HEADER = "username,user_id,user_days_spent_watching,gender,location,Birth_Date,join_date,last_online"
ONLINE = "2014-02-04 01:32:00"


def fans_file(folder: Path, *lines: str, header: str = HEADER, gz: bool = False) -> Path:
    """A raw set whose fans' file has these lines."""
    rawset.write(folder, rawset.AZATHOTH, [], rawset.TITLES, gz=gz)
    path = folder / f"users_cleaned.csv{'.gz' if gz else ''}"
    with rawset.gzip.open(path, "wt") if gz else path.open("w") as file:
        file.write("\n".join([header, *lines, ""]))
    return folder


def line(user_id: int, gender: str = "", born: str = "", online: str = ONLINE) -> str:
    return f'fan{user_id},{user_id},1.5,{gender},"Aachen, Germany",{born},2012-01-01,{online}'


def known(folder: Path, *user_ids: int) -> list[set[str]]:
    """The names of the columns that are 1 for each fan."""
    found = demographics.read(folder, np.array(user_ids))
    assert found.features.shape == (len(user_ids), len(found.names))
    assert found.features.dtype == np.float32
    assert set(np.unique(found.features)) <= {0, 1}
    return [{name for name, fact in zip(found.names, row, strict=True) if fact} for row in found.features]


@pytest.mark.parametrize("gz", [False, True])
def test_rows_are_in_the_order_of_the_ids_and_missing_values_are_unknown(tmp_path: Path, gz: bool) -> None:
    lines = [
        line(0, "Female", "1990-12-30 00:00:00"),
        line(7, "Male", "1970-01-01"),
        line(8, "Non-Binary"),
        line(9, "", "2000-05-05"),
        line(11, "whatever", "1985-01-01", ""),
    ]
    folder = fans_file(tmp_path / "raw", *lines, gz=gz)
    assert known(folder, 9, 5, 7, 0, 11, 8) == [
        {"under_18"},
        set(),
        {"male", "35_and_older"},
        {"female", "18_to_24"},
        set(),
        {"non_binary"},
    ]


@pytest.mark.parametrize(
    ("born", "online", "band"),
    [
        ("1997-12-31", "2014-01-01", {"under_18"}),
        ("1996-12-31", "2014-01-01", {"18_to_24"}),
        ("1990-01-01", "2014-01-01", {"18_to_24"}),
        ("1989-01-01", "2014-01-01", {"25_to_34"}),
        ("1980-01-01", "2014-01-01", {"25_to_34"}),
        ("1979-01-01", "2014-01-01", {"35_and_older"}),
        ("2006-01-01", "2014-01-01", {"under_18"}),
        ("2007-01-01", "2014-01-01", set()),
        ("1924-01-01", "2014-01-01", {"35_and_older"}),
        ("1923-01-01", "2014-01-01", set()),
        ("2020-01-01", "2014-01-01", set()),
        ("0000-00-00", "2014-01-01", set()),
        ("infinity", "2014-01-01", set()),
        ("", "2014-01-01", set()),
        ("1990-01-01", "never", set()),
    ],
)
def test_limits_of_the_age_bands_and_absurd_ages(tmp_path, born, online, band) -> None:
    folder = fans_file(tmp_path / "raw", line(7, "Female", born, online))
    assert known(folder, 7) == [{"female"} | band]


def test_repeated_and_broken_lines_of_a_fan_are_one_fan(tmp_path: Path) -> None:
    lines = [line(7), line(7, "Male", "1900-01-01"), line(7, "", "1990-01-01"), "fan8,8", line(8, '"Fem')]
    assert known(fans_file(tmp_path / "raw", *lines), 7, 8) == [{"male", "18_to_24"}, set()]


@pytest.mark.parametrize("column", ["gender", "birth_date", "last_online"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    header = HEADER.casefold().replace(column, "other")
    folder = fans_file(tmp_path / "raw", line(7, "Female"), header=header)
    with pytest.raises(DataError, match=rf"users_cleaned\.csv lacks {column}\."):
        demographics.read(folder, np.array([7]))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = fans_file(tmp_path / "raw", line(7, "Female"))
    (folder / "users_cleaned.csv").unlink()
    with pytest.raises(DataError, match=r"users_cleaned\.csv"):
        demographics.read(folder, np.array([7]))


def test_a_set_without_a_fans_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"CooperUnion.*without --demographics"):
        demographics.read(rawset.good(tmp_path / "raw", rawset.COOPER_UNION), np.array([7]))


def test_a_file_without_data_about_these_fans_is_refused(tmp_path: Path) -> None:
    folder = fans_file(tmp_path / "raw", line(7, "Female"), line(8))
    with pytest.raises(DataError, match="no gender or age for any of the 2 fans"):
        demographics.read(folder, np.array([8, 9]))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    rows = [line(i, "Male", "1990-01-01") for i in range(9000)]
    path = fans_file(tmp_path / "raw", *rows, gz=True) / "users_cleaned.csv.gz"
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DataError, match=r"users_cleaned\.csv\.gz"):
        demographics.read(path.parent, np.array([7]))


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fans_file(tmp_path / "raw", line(7, "Female"))
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    known(folder, 7)
    assert sorted(tmp_path.rglob("*")) == before
