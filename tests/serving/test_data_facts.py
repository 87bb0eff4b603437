"""Facts about the data, from tables small enough to count by hand."""

import duckdb
import pytest

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.serving import data_facts

SCORES = ", ".join(f"{n} AS score_{s}" for s, n in enumerate([0, 0, 0, 0, 0, 0, 5, 0, 0, 4], 1))


def write(folder, **entry):
    with manifest.writing(folder) as batch, duckdb.connect() as connection:
        for name, rows in {
            "title_stats.parquet": f"SELECT i AS anime_id, 9 AS n_ratings, {SCORES} FROM range(2) t(i)",  # noqa: S608
            "ratings.parquet": "SELECT i // 11 AS user_id, i AS anime_id, 8 AS score FROM range(12) t(i)",
            "users.parquet": "SELECT i AS user_id, 'fan ' || i AS username FROM range(4) t(i)",  # 2, 3 have no rating
        }.items():
            connection.execute(f"COPY ({rows}) TO '{batch.path(name)}' (FORMAT parquet)")
        batch.describe("title_stats.parquet", data_set="a set", licence="CC0", rows=2, **entry)
        batch.describe("ratings.parquet", simulated=True, sources=[{"name": "x", "version": "1", "licence": "MIT"}])
    return folder


def test_counts(tmp_path):
    facts = data_facts.read(write(tmp_path, sparsity={"titles": 9, "sparse_titles": 7, "fans": 5, "sparse_fans": 1}))
    assert facts.real_scores.tolist() == [0, 0, 0, 0, 0, 0, 10, 0, 0, 8]
    assert facts.community_scores.tolist() == [0, 0, 0, 0, 0, 0, 0, 12, 0, 0]
    assert sorted(facts.list_lengths.tolist()) == [0, 0, 1, 11]
    assert (facts.sparse_titles, facts.sparse_fans, facts.median_raters) == (2, 3, 9)
    assert (facts.simulated, facts.n_ratings) == (True, 18)
    assert facts.sparsity == (("titles", 7, 9), ("fans", 1, 5))
    stats, ratings, _ = facts.sources
    assert (stats.file, stats.data_set, stats.licence, stats.rows) == ("title_stats.parquet", "a set", "CC0", 2)
    assert (ratings.simulated, ratings.licence, ratings.of) == (True, "MIT", (("x", "1", "MIT"),))


def test_sparsity_that_the_manifest_lacks_is_empty(tmp_path):
    assert data_facts.read(write(tmp_path)).sparsity == ()


def test_a_table_without_its_columns_is_named(tmp_path):
    write(tmp_path)
    with manifest.writing(tmp_path) as batch, duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS x) TO '{batch.path('ratings.parquet')}' (FORMAT parquet)")
    with pytest.raises(ArtifactError, match=r"ratings\.parquet"):
        data_facts.read(tmp_path)
