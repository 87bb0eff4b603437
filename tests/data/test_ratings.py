"""Arrays for training, and the read store for serving, which can read its own files only."""

import json
import threading
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.data import manifest
from recsys.data.ratings import RatingsStore, load_arrays, load_lists
from recsys.errors import ArtifactError, UnknownFanError

RATINGS = {"user_id": [3, 3, 10, 11], "anime_id": [1, 5114, 5, 1], "score": [7, 10, 1, 8]}
UNSCORED = {"user_id": [3, 3, 3, 3, 3, 3, 11], "anime_id": [2, 4, 6, 8, 9, 20, 5], "status": [1, 2, 3, 4, 6, 0, 2]}
USERS = {"user_id": [3, 10, 11], "username": ["Ann", "annika", "Bob_ann"]}
STATS = {"anime_id": [1, 5, 5114], "n_ratings": [2, 1, 1]} | {f"score_{s}": [0, 0, 0] for s in range(1, 11)}
STATS |= {"score_7": [1, 0, 0], "score_8": [1, 0, 0], "score_1": [0, 1, 0], "score_10": [0, 0, 1]}


def write(folder: Path, **changed: dict) -> Path:
    tables = {"ratings": RATINGS, "unscored": UNSCORED, "users": USERS, "title_stats": STATS} | changed
    with manifest.writing(folder, data_set="test", simulated=True) as batch:
        for name, columns in tables.items():
            pq.write_table(pa.table(columns), batch.path(f"{name}.parquet"))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> RatingsStore:
    return RatingsStore(write(tmp_path))


def test_arrays_are_positions_of_ascending_ids(tmp_path: Path) -> None:
    ratings = load_arrays(write(tmp_path))
    assert ratings.user_ids.tolist() == [3, 10, 11]
    assert ratings.item_ids.tolist() == [1, 5, 5114]
    assert ratings.users.tolist() == [0, 0, 1, 2]
    assert ratings.items.tolist() == [0, 2, 1, 0]
    assert ratings.scores.tolist() == [7, 10, 1, 8]
    dtypes = [getattr(ratings, name).dtype for name in ("user_ids", "item_ids", "users", "items", "scores")]
    assert dtypes == [np.int64, np.int64, np.int32, np.int32, np.float64]


def test_no_ratings_make_empty_arrays(tmp_path: Path) -> None:
    schema = pa.schema([("user_id", pa.int64()), ("anime_id", pa.int32()), ("score", pa.uint8())])
    ratings = load_arrays(write(tmp_path, ratings=schema.empty_table()))
    assert len(ratings.user_ids) == len(ratings.item_ids) == len(ratings.scores) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"user_id": [10, 3, 3, 11]},  # fans out of order
        {"anime_id": [5114, 1, 5, 1]},  # titles out of order
        {"anime_id": [1, 1, 5, 1]},  # a title twice
    ],
)
def test_unsorted_ratings_are_refused(tmp_path: Path, changed: dict) -> None:
    with pytest.raises(ArtifactError, match=r"ratings\.parquet is not sorted"):
        load_arrays(write(tmp_path, ratings=RATINGS | changed))


def test_lists_share_their_ids_and_leave_out_planned_titles(tmp_path: Path) -> None:
    unscored = {"user_id": [3, 3, 3, 12, 12, 13], "anime_id": [4, 5, 6, 1, 7, 8], "status": [3, 1, 6, 4, 33, 6]}
    lists = load_lists(write(tmp_path, unscored=unscored))
    assert lists.ratings.user_ids.tolist() == [3, 10, 11, 12]  # fan 12 has no rating; fan 13 has only planned
    assert lists.ratings.item_ids.tolist() == [1, 4, 5, 7, 5114]
    assert lists.ratings.users.tolist() == [0, 0, 1, 2]
    assert lists.ratings.items.tolist() == [0, 4, 2, 0]
    assert lists.ratings.scores.tolist() == [7, 10, 1, 8]
    assert lists.unscored.users.tolist() == [0, 0, 3, 3]
    assert lists.unscored.items.tolist() == [1, 2, 0, 3]
    assert lists.unscored.statuses.tolist() == [3, 1, 4, 2]
    dtypes = [getattr(lists.unscored, name).dtype for name in ("users", "items", "statuses")]
    assert dtypes == [np.int32, np.int32, np.int8]


def test_lists_may_have_no_unscored_titles(tmp_path: Path) -> None:
    schema = pa.schema([("user_id", pa.int64()), ("anime_id", pa.int32()), ("status", pa.uint8())])
    lists, ratings = load_lists(write(tmp_path, unscored=schema.empty_table())), load_arrays(tmp_path)
    for name in ("user_ids", "item_ids", "users", "items", "scores"):
        assert np.array_equal(getattr(lists.ratings, name), getattr(ratings, name))
    assert len(lists.unscored.users) == len(lists.unscored.items) == len(lists.unscored.statuses) == 0


@pytest.mark.parametrize("name", ["ratings", "unscored"])
@pytest.mark.parametrize("rows", [slice(None, None, -1), [0, 0, 1]])
def test_unsorted_lists_are_refused(tmp_path: Path, name: str, rows: slice | list[int]) -> None:
    table = {"ratings": RATINGS, "unscored": UNSCORED}[name]
    write(tmp_path, **{name: {column: np.array(values)[rows] for column, values in table.items()}})
    with pytest.raises(ArtifactError, match=rf"{name}\.parquet is not sorted"):
        load_lists(tmp_path)


def test_arrays_are_read_from_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    assert len(load_lists(write(tmp_path / "a [1]*'")).ratings.scores) == 4


def test_a_file_that_is_no_parquet_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path)
    with manifest.writing(tmp_path) as batch:
        batch.path("ratings.parquet").write_text("user_id,anime_id,score\n1,2,3\n")
    for read in (load_arrays, load_lists, RatingsStore):
        with pytest.raises(ArtifactError, match=r"ratings\.parquet"):
            read(tmp_path)


@pytest.mark.parametrize("name", ["ratings", "unscored", "users", "title_stats"])
def test_the_store_refuses_a_missing_or_other_file_by_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{name: {"something": [1]}})
    with pytest.raises(ArtifactError, match=rf"{name}\.parquet lacks the columns"):
        RatingsStore(tmp_path)
    if name in ("ratings", "unscored"):
        with pytest.raises(ArtifactError, match=rf"{name}\.parquet"):
            load_lists(tmp_path)
    (tmp_path / f"{name}.parquet").unlink()
    with pytest.raises(ArtifactError, match=rf"{name}\.parquet"):
        RatingsStore(tmp_path)


def test_a_name_gives_its_list(store: RatingsStore) -> None:
    fan = store.profile("Ann")
    assert fan.name == "Ann"
    assert dict(fan.scores) == {1: 7, 5114: 10}
    assert (fan.watching, fan.seen, fan.on_hold, fan.dropped, fan.planned) == ({2}, {4, 20}, {6}, {8}, {9})
    assert store.profile(" bob_ANN ").name == "Bob_ann"
    assert store.profile("annika").begun == {5}


def test_of_names_that_differ_in_case_the_exact_one_is_used(tmp_path: Path) -> None:
    store = RatingsStore(write(tmp_path, users={"user_id": [3, 10, 11], "username": ["Ann", "ANN", "ann"]}))
    assert [store.profile(name).name for name in ("Ann", "ANN", "ann")] == ["Ann", "ANN", "ann"]


@pytest.mark.parametrize("name", ["", "An", "nobody", "' OR 1=1 --", "%", "\x00", "\ud800", "x" * 100_000])
def test_an_unknown_name_is_an_error(store: RatingsStore, name: str) -> None:
    with pytest.raises(UnknownFanError, match="pick a name"):
        store.profile(name)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Ann", "annika", "Bob_ann"]),
        ("ANN", ["Ann", "annika", "Bob_ann"]),
        (" anni", ["annika"]),
        ("b", ["Bob_ann"]),
        ("_", ["Bob_ann"]),
        ("%", []),
        ("'", []),
        ("\ud800", []),
    ],
)
def test_names_are_found_in_any_case_prefixes_first(store: RatingsStore, typed: str, found: list[str]) -> None:
    assert store.find_names(typed) == found
    assert store.find_names(typed, 1) == found[:1]


def test_score_counts(store: RatingsStore) -> None:
    assert store.n_fans == 3
    assert store.simulated
    assert store.title_scores(1).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 0, 0]
    assert store.title_scores(404).tolist() == [0] * 10
    assert store.all_scores().tolist() == [1, 0, 0, 0, 0, 0, 1, 1, 0, 1]


def test_threads_share_the_store(store: RatingsStore) -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(20):
                assert len(store.profile("Ann").scores) == 2
                assert store.find_names("b") == ["Bob_ann"]
                assert store.all_scores().sum() == 4
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize(
    "statement",
    [
        "FROM read_text('/etc/hostname')",
        "FROM read_csv('{folder}/manifest.json')",
        "FROM '{folder}/other.parquet'",
        "ATTACH '{folder}/new.duckdb'",
        "COPY (SELECT 1) TO '{folder}/new.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "SET lock_configuration = false",
        "SET enable_external_access = true",
        "RESET memory_limit",
    ],
)
def test_the_connection_can_read_nothing_else(tmp_path: Path, statement: str) -> None:
    store = RatingsStore(write(tmp_path))
    pq.write_table(pa.table(RATINGS), tmp_path / "other.parquet")
    with store._connection.cursor() as cursor, pytest.raises(duckdb.Error, match=r"disabled|locked"):
        cursor.execute(statement.format(folder=tmp_path)).fetchall()


def test_files_that_vanish_later_are_an_artifact_error(store: RatingsStore, tmp_path: Path) -> None:
    (tmp_path / "ratings.parquet").unlink()
    with pytest.raises(ArtifactError, match="cannot be read any more"):
        store.profile("Ann")


def test_a_manifest_that_lists_no_ratings_is_refused(tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_text(json.dumps({"format_version": 1, "files": {}}))
    with pytest.raises(ArtifactError, match=r"ratings\.parquet"):
        RatingsStore(tmp_path)


def test_everybodys_ratings_fan_by_fan(store: RatingsStore) -> None:
    fans, titles, scores = store.all_ratings()
    assert sorted(zip(fans.tolist(), titles.tolist(), scores.tolist(), strict=True)) == [
        (3, 1, 7), (3, 5114, 10), (10, 5, 1), (11, 1, 8),
    ]  # fmt: skip
    assert fans.tolist() == sorted(fans.tolist())
