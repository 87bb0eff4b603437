"""Finds out which facts about titles a trained model was given as content features."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recsys.serving.engine import Engine

#: How alike a feature and a fact must be, as the share of titles that both mark among those that either marks. Not 1:
#: single facts of the catalogue may have been corrected since the model was trained.
_ALIKE = 0.9
#: The catalogue may have learned a fact of many titles since then. So it is enough that the fact is true of this share
#: of a feature's titles, if the feature marks that share of the titles with the fact, and no more than this share of
#: all titles have it.
_TRUE, _MARKED, _FEW = 0.9, 0.5, 0.3
#: A range of numbers leaves out this share of a feature's titles at either end.
_OUTLIERS = 0.02


def content_of(engine: Engine, model: str) -> tuple[str, ...]:
    """The facts that `model` has of each title, such as "genres" and "type"; empty for a model without content.

    A model's file holds its content features as unnamed columns of 0 and 1: each is compared with the catalogue.
    Raises `UnknownModelError`.
    """
    aligned = engine.aligned(model)
    net = getattr(aligned.model, "net", None)
    if net is None or not net.content.shape[1]:
        return ()
    features = net.content.astype(bool)
    return tuple(fact for fact, masks in _facts(engine, aligned.positions, features) if any(_has(features, masks)))


def _has(features: NDArray[np.bool_], masks: Iterator[NDArray[np.bool_]]) -> Iterator[bool]:
    """Whether one of `features` (n_items, n_features) is like it, for each of the `masks` (n_items,)."""
    columns, sizes = features.T.astype(np.float32), features.sum(axis=0)
    for mask in masks:
        both, marked = columns @ mask.astype(np.float32), mask.sum()
        alike = both >= _ALIKE * (sizes + marked - both)
        if marked <= _FEW * len(mask):
            alike |= (both >= _TRUE * sizes) & (both >= _MARKED * marked)
        yield bool((alike & (both > 0)).any())


def _facts(
    engine: Engine, titles: NDArray[np.intp], features: NDArray[np.bool_]
) -> Iterator[tuple[str, Iterator[NDArray[np.bool_]]]]:
    """Each fact's name and the masks (n_items,) of its values."""
    catalogue = engine.catalogue
    yield "genres", iter(catalogue.genre_matrix[titles].T)
    named = {"type": "type", "season": "season", "source": "source", "age rating": "age_rating"}
    for fact, column in named.items():
        values = np.array([value or "" for value in catalogue.column(column)])[titles]
        yield fact, (values == value for value in np.unique(values) if value)
    studios = [set(names or ()) for names in catalogue.column("studios")]
    of = [studios[title] for title in titles.tolist()]
    yield "studios", (np.array([one in names for names in of]) for one in set().union(*of))
    numbers = {
        "number of episodes": catalogue.episodes,
        "year": catalogue.years,
        "number of members": catalogue.members,
    }
    for fact, column in numbers.items():
        yield fact, _ranges(column[titles], features)
    continues = np.diff(catalogue.requires[0]) > 0
    yield "whether it continues another title", iter([continues[titles]])


def _ranges(values: NDArray, features: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """For each feature, which `values` (n_items,) lie between the least and the greatest it marks, but for a few."""
    for feature in features.T:
        if feature.any():
            least, most = np.quantile(values[feature], [_OUTLIERS, 1 - _OUTLIERS], method="nearest")
            yield (values >= least) & (values <= most)
