"""The map of titles: similar titles are near each other, and the result is reproducible."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.data import atlas as places
from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.models.band import Band
from recsys.models.svd import SVD
from recsys.training import atlas

N = 120


@pytest.fixture(scope="module")
def groups() -> np.ndarray:
    return np.arange(N) % 3


@pytest.fixture(scope="module")
def factors(groups) -> np.ndarray:
    """Three groups of titles with different factors, plus noise."""
    rng = np.random.default_rng(0)
    return (np.eye(6)[groups] * 2 + rng.normal(scale=0.2, size=(N, 6))).astype(np.float32)


def same_group_share(coordinates: np.ndarray, groups: np.ndarray, n: int = 5) -> float:
    apart = np.linalg.norm(coordinates[:, None] - coordinates[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((groups[np.argsort(apart, axis=1)[:, :n]] == groups[:, None]).mean())


def test_similar_titles_are_near_each_other_and_the_map_is_reproducible(factors, groups):
    vectors = atlas.directions(factors, np.full(N, 50))
    laid = atlas.lay_out(vectors, seed=1, rounds=300)
    assert laid.shape == (N, 2)
    assert same_group_share(laid, groups) > 0.95
    np.testing.assert_array_equal(laid, atlas.lay_out(vectors, seed=1, rounds=300))


def test_popularity_is_removed(factors):
    raters = np.geomspace(10, 10_000, N)
    tilted = factors + np.outer(np.log(raters), np.array([0, 0, 0, 1, 0, 0]))
    kept = atlas.directions(tilted, raters, n=6)
    assert np.abs(np.corrcoef(np.log(raters), kept.T)[0, 1:]).max() < 0.3
    np.testing.assert_allclose(np.linalg.norm(kept, axis=1), 1)


def test_the_map_is_written_beside_the_svd(tmp_path, factors, monkeypatch):
    monkeypatch.setattr(atlas, "ROUNDS", 250)
    ids = np.arange(1, N + 1) * 10
    band = Band(np.array([0.0]), np.array([1.0]), np.array([1.0]))
    model = SVD(ids, np.full(N, 7, np.float32), factors, np.ones(N, np.float32), band, 20.0)
    with manifest.writing(tmp_path) as batch:
        store.save(model, batch.path(store.file_name("svd")))
        pq.write_table(pa.table({"anime_id": ids, "n_ratings": ids}), batch.path("title_stats.parquet"))
    entry = atlas.draw(tmp_path, seed=0)
    described = manifest.read(tmp_path)
    read = places.load(described.path(places.FILE))
    assert read.anime_ids.tolist() == ids.tolist()
    assert described.files[places.FILE]["from"]["sha256"] == described.files[store.file_name("svd")]["sha256"]
    assert entry["rows"] == N
    assert 0.5 < entry["trustworthiness"] <= 1


def test_without_an_svd_it_is_an_error(tmp_path):
    with manifest.writing(tmp_path) as batch:
        batch.path("note.txt").write_text("nothing else")
    with pytest.raises(ArtifactError, match="svd"):
        atlas.draw(tmp_path)
