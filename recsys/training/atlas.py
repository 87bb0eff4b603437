"""Computes the map of titles: titles that the same fans like are near each other."""

from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE, trustworthiness

from recsys.data import atlas, manifest
from recsys.data.ratings import rater_counts
from recsys.models import store
from recsys.models.svd import SVD

#: Number of principal components kept; t-SNE's perplexity and number of iterations.
DIRECTIONS = 100
PERPLEXITY = 30.0
ROUNDS = 750
#: Number of random titles whose trustworthiness (Venna & Kaski 2001) is measured.
_MEASURED = 2_000


def directions(factors: NDArray[np.floating], raters: NDArray[np.integer], n: int = DIRECTIONS) -> NDArray[np.float64]:
    """Turn the titles' taste factors (n_items, n_factors) into unit vectors (n_items, at most `n`).

    The linear effect of log `raters` (n_items,) is removed; otherwise all popular titles form one group. The rest is
    projected on principal components, each scaled to the square root of its singular value: unscaled, the few strongest
    (age, audience) dominate genres; scaled to equal variance, the weakest add noise.
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
    """Apply t-SNE (van der Maaten & Hinton 2008) to unit `vectors`, initialised with principal components (Kobak &
    Berens 2019). Gives coordinates (n_items, 2) with mean 0 and standard deviation 1."""
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    method = TSNE(perplexity=perplexity, init="pca", random_state=seed, max_iter=rounds, n_jobs=1)
    places = method.fit_transform(vectors)
    return ((places - places.mean(axis=0)) / places.std()).astype(np.float32)


def draw(folder: Path, seed: int = 0) -> dict[str, Any]:
    """Compute the map from the SVD in `folder`, write atlas.parquet there, and return its manifest entry.

    Raises `ArtifactError` if there is no SVD.
    """
    described = manifest.read(folder)
    file = store.file_name("svd")
    model = cast(SVD, store.load("svd", described.path(file)))
    raters = rater_counts(described.path("title_stats.parquet"), model.item_ids)
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
