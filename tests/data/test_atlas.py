"""The map's file: what is written is read, and nothing else is."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.data import atlas
from recsys.errors import ArtifactError

PLACES = atlas.Places(np.array([1, 5, 9]), np.array([0.5, -1, 2], np.float32), np.array([1, 2, 3.25], np.float32))


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / atlas.FILE
    assert atlas.write(PLACES, path) == 3
    read = atlas.load(path)
    assert read.anime_ids.tolist() == [1, 5, 9]
    np.testing.assert_array_equal(read.x, PLACES.x)
    np.testing.assert_array_equal(read.y, PLACES.y)
    assert read.anime_ids.dtype == np.int64


@pytest.mark.parametrize(
    ("ids", "x"),
    [([5, 1, 9], [0, 1, 2]), ([1, 1, 9], [0, 1, 2]), ([1, 5, 9], [0, np.nan, 2]), ([1, 5, 9], [0, np.inf, 2])],
)
def test_ids_ascend_and_places_are_numbers(tmp_path, ids, x):
    path = tmp_path / atlas.FILE
    atlas.write(atlas.Places(np.array(ids), np.array(x, np.float32), PLACES.y), path)
    with pytest.raises(ArtifactError, match=r"train atlas"):
        atlas.load(path)


def test_another_table_a_damaged_file_and_none_are_named(tmp_path):
    path = tmp_path / atlas.FILE
    pq.write_table(pa.table({"anime_id": [1], "x": [0.0]}), path)
    with pytest.raises(ArtifactError, match=r"atlas\.parquet is not a map"):
        atlas.load(path)
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(ArtifactError, match=r"atlas\.parquet is damaged"):
        atlas.load(path)
    with pytest.raises(ArtifactError, match=r"atlas\.parquet"):
        atlas.load(tmp_path / "none" / atlas.FILE)
