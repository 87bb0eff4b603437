"""From a folder of artifacts to an engine."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.serving.engine import Engine
from recsys.settings import Settings


def load(folder: str | Path = "artifacts", settings: Settings = Settings()) -> Engine:
    """The engine from `folder`, after checking versions and checksums of all that it reads.

    Raises `ArtifactError`, naming the file, when anything is missing, damaged or of another version.
    """
    described = manifest.read(folder)
    unknown = [name for name in described.models if name not in store.REGISTRY]
    if unknown:
        raise ArtifactError(
            f"{described.folder / manifest.NAME} lists the model {unknown[0]!r}, which this version does not know."
        )
    catalogue = Catalogue.load(described.path("catalogue.parquet"))
    names = [name for name in store.REGISTRY if name in described.models]
    models = [store.load(name, described.path(store.file_name(name))) for name in names]
    raters = _rater_counts(described.path("title_stats.parquet"), catalogue)
    return Engine(catalogue, models, raters, settings)


def _rater_counts(path: Path, catalogue: Catalogue) -> NDArray[np.int64]:
    """Ratings of each catalogue title in the data, held-out fans included, (n_titles,)."""
    try:
        table = pq.read_table(path, columns=["anime_id", "n_ratings"])
        positions = catalogue.positions(table["anime_id"].to_numpy())
        ratings = table["n_ratings"].to_numpy().astype(np.int64)
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise ArtifactError(f"{path} is not a table of rating counts: {error}") from None
    counts = np.zeros(len(catalogue.ids), dtype=np.int64)
    counts[positions[positions >= 0]] = ratings[positions >= 0]
    return counts
