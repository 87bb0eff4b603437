"""Lays the titles out on a map: those that the same fans like lie near each other."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.manifold import TSNE, trustworthiness

from recsys.data import atlas, manifest
from recsys.models import store
from recsys.models.svd import SVD

#: Directions of the factors that are kept, and neighbours that each title is laid out by.
DIRECTIONS = 100
PERPLEXITY = 30.0
ROUNDS = 750
#: Titles among which it is measured how far neighbours on the map are neighbours in taste (Venna & Kaski 2001).
_MEASURED = 2_000


def directions(factors: NDArray[np.floating], raters: NDArray[np.integer], n: int = DIRECTIONS) -> NDArray[np.float64]:
    """The titles' taste factors (n_items, n_factors) as unit vectors (n_items, at most `n`) to compare.

    What the factors say of popularity, linearly in log raters (n_items,), is taken out: otherwise all famous titles lie
    together. The rest is in principal components, each scaled to the square root of its spread: as they are, the few
    strongest (age, audience) drown what tells genres apart, and scaled to equal spread the weakest are noise.
    """
    popularity = np.log(np.maximum(raters, 1.0))
    popularity -= popularity.mean()
    centred = factors.astype(np.float64) - factors.mean(axis=0)
    if (variance := popularity @ popularity) > 0:
        centred -= np.outer(popularity, popularity @ centred / variance)
    left, spread, _ = np.linalg.svd(centred, full_matrices=False)
    vectors = left[:, :n] * np.sqrt(spread[:n])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def lay_out(vectors: NDArray[np.float64], seed: int = 0, rounds: int = ROUNDS) -> NDArray[np.float32]:
    """t-SNE (van der Maaten & Hinton 2008) of unit `vectors`, begun from their principal components (Kobak & Berens
    2019): coordinates (n_items, 2), with mean 0 and standard deviation 1."""
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    method = TSNE(perplexity=perplexity, init="pca", random_state=seed, max_iter=rounds, n_jobs=1)
    places = method.fit_transform(vectors)
    return ((places - places.mean(axis=0)) / places.std()).astype(np.float32)


def draw(folder: Path, seed: int = 0) -> dict[str, Any]:
    """Map the titles of the SVD in `folder` and write atlas.parquet there; gives what its manifest entry says.

    Raises `ArtifactError` when there is no SVD yet.
    """
    described = manifest.read(folder)
    file = store.file_name("svd")
    model = cast(SVD, store.load("svd", described.path(file)))
    stats = pq.read_table(described.path("title_stats.parquet"), columns=["anime_id", "n_ratings"])
    counts = dict(zip(stats["anime_id"].to_pylist(), stats["n_ratings"].to_pylist(), strict=True))
    raters = np.array([counts.get(anime_id, 0) for anime_id in model.item_ids.tolist()])
    vectors = directions(model.factors[:, 1:], raters)
    places = lay_out(vectors, seed)
    source = {key: described.files[file][key] for key in ("data_set", "licence") if key in described.files[file]}
    some = np.random.default_rng(seed).permutation(len(vectors))[:_MEASURED]
    kept = trustworthiness(vectors[some], places[some], n_neighbors=min(10, (len(some) - 1) // 2))
    entry = {
        "from": {"file": file, "sha256": described.files[file]["sha256"]},
        "seed": seed,
        "trustworthiness": round(float(kept), 3),
    }
    with manifest.writing(folder, **source) as batch:
        rows = atlas.write(atlas.Places(model.item_ids, places[:, 0], places[:, 1]), batch.path(atlas.FILE, **entry))
        batch.describe(atlas.FILE, rows=rows)
    return {**entry, "rows": rows}
