"""Lists in a Parquet file are read in one order and in bounded memory, whatever their order in the file."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.serving import batch
from recsys.serving.batch import ListsFile
from recsys.types import Profile


def write(path, rows, **options):
    fans, titles, scores = zip(*rows, strict=True)
    pq.write_table(
        pa.table({"fan": fans, "anime_id": titles, "score": pa.array(scores, pa.float64())}), path, **options
    )
    return ListsFile(path)


def expected(rows):
    lists = defaultdict(dict)
    for fan, title, score in rows:
        lists[fan][title] = max(score, lists[fan].get(title), key=lambda value: value or 0)
    return [
        (
            fan,
            Profile({i: s for i, s in lists[fan].items() if s}, {i for i, s in lists[fan].items() if not s}),
        )
        for fan in sorted(lists)
    ]


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    titles = [
        (f"fan {fan:02}", int(title)) for fan in range(30) for title in rng.choice(200, 1 + 3 * fan, replace=False)
    ]
    scores = rng.integers(0, 11, len(titles)).tolist()
    return sorted((fan, 1 + title, float(score) or None) for (fan, title), score in zip(titles, scores, strict=True))


@pytest.mark.parametrize("held", [1, 7, 100_000], ids="{} rows held".format)
def test_lists_are_whole_however_few_rows_are_held(tmp_path, monkeypatch, rows, held):
    monkeypatch.setattr(batch, "_FLUSH_ROWS", held)
    lists = write(tmp_path / "lists.parquet", rows, row_group_size=50)
    assert lists.is_sorted()
    assert list(lists.profiles()) == expected(rows)
    assert list(batch.profiles(lists.path, ("fan 03", "fan 05"))) == expected(rows)[3:6]


def test_lists_in_any_order_with_repeated_titles(tmp_path, rows):
    rows += [("fan 07", 1, 4.0), ("fan 07", 1, None), ("fan 07", 1, 9.0)]
    lists = write(tmp_path / "lists.parquet", [rows[i] for i in np.random.default_rng(1).permutation(len(rows))])
    assert not lists.is_sorted()
    assert list(lists.profiles()) == expected(rows)
    lists.write_sorted(tmp_path / "sorted.parquet")
    assert ListsFile(tmp_path / "sorted.parquet").is_sorted()


@pytest.mark.parametrize("last", [("a", 5, 7.0), ("b", 5, 7.0), ("b", 4, 7.0)], ids=["fan", "twice", "title"])
def test_a_row_out_of_order_is_found(tmp_path, last):
    assert not write(tmp_path / "lists.parquet", [("a", 3, 7.0), ("b", 5, 8.0), last]).is_sorted()
