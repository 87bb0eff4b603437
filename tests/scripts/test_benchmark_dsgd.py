"""`scripts.benchmark dsgd`: errors of the SVD by blocks beside those of the exact one."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.data import manifest
from scripts import benchmark
from scripts.benchmarks.dsgd import chosen
from tests.training import small


def test_errors_of_all_numbers_of_blocks_are_shown(tmp_path, capsys):
    data = small.ratings()
    columns = {"user_id": data.user_ids[data.users], "anime_id": data.item_ids[data.items], "score": data.scores}
    with manifest.writing(tmp_path) as batch:
        pq.write_table(pa.table({**columns, "score": data.scores.astype(np.int8)}), batch.path("ratings.parquet"))
    assert benchmark.main(["dsgd", "--data", str(tmp_path), "--blocks", "1", "3"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    (exact,) = [float(row[1]) for row in rows if row[:1] == ["exact"]]
    blocks = {int(row[0]): float(row[2]) for row in rows if row[1:2] == ["blocks"]}
    assert set(blocks) == {1, 3}
    assert all(abs(error - exact) < 0.1 * exact for error in blocks.values())


def test_ratings_of_some_fans_are_taken():
    data = small.ratings()
    some = chosen(data, 20, np.random.default_rng(0))
    assert len(np.unique(some.users)) == 20
    assert len(chosen(data, 10**6, np.random.default_rng(0)).users) == len(data.users)
