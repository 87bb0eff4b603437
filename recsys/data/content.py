"""Content features: a title's facts as numbers, by name, for titles of today's catalogue and for those that join it."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue

#: Lower ends of the bins; 0 is unknown.
EPISODES = (0, 1, 2, 3, 8, 14, 27, 60)
YEARS = (0, 1, 1980, 1990, 1995, 2000, 2003, 2006, 2009, 2012, 2014, 2016, 2018, 2021, 2023, 2025)
#: A value that fewer titles have is no feature.
FEWEST = 20
#: What people do with a title: features that a title about to appear does not have yet.
RECEPTION = ("mean score", "mean score known", "members", "members known")
#: Scores at the usual mean that are added to a title's mean (shrinkage), the usual mean, and a typical spread.
_SHRINK, _USUAL, _SPREAD = 30.0, 6.6, 0.8
#: Centre and spread of log10(members).
_MEMBERS, _MEMBERS_SPREAD = 4.0, 1.0
#: Members of MyAnimeList for each of its scorers, where only these are known.
_MEMBERS_PER_SCORER = 2.0

#: The word that begins a feature's name -> the catalogue's column.
_WORDS = {
    "genre": "genres",
    "theme": "themes",
    "demographic": "demographics",
    "tag": "tags",
    "studio": "studios",
    "type": "type",
    "season": "season",
    "source": "source",
    "rated": "age_rating",
}


def vocabulary(catalogue: Catalogue) -> list[str]:
    """Names of all features for `features`; a word that fewer than `FEWEST` titles have is none."""
    names = [f"{word} {value}" for word, column in _WORDS.items() for value in _common(catalogue, column)]
    names += [f"episodes from {low}" for low in EPISODES] + [f"year from {low}" for low in YEARS]
    return [*names, "continues another", *RECEPTION]


def features(catalogue: Catalogue, titles: NDArray[np.intp], names: Sequence[str]) -> NDArray[np.float32]:
    """Features (n, n_features) of the catalogue positions `titles` (n,), a column for each of `names`; an unknown value
    gives zeros. Raises ValueError on a name that `vocabulary` cannot have given."""
    rows = np.full(len(catalogue), -1)
    rows[titles] = np.arange(len(titles))
    table = np.zeros((len(titles), len(names)), np.float32)
    places = {name: column for column, name in enumerate(names)}
    for word, column in _WORDS.items():
        own = {name.removeprefix(f"{word} "): place for name, place in places.items() if name.startswith(f"{word} ")}
        at, values = catalogue.words(column)
        known = pc.call_function("index_in", [values], pc.SetLookupOptions(pa.array(own, pa.string())))
        known = known.fill_null(-1).to_numpy()
        marked = (known >= 0) & (rows[at] >= 0)
        table[rows[at[marked]], np.array([*own.values(), -1])[known[marked]]] = 1
    numbers = _numbers(catalogue, titles)
    for name, place in places.items():
        if name in numbers:
            table[:, place] = numbers[name]
        elif name.split(" ", 1)[0] not in _WORDS:
            raise ValueError(f"there is no feature called {name!r}")
    return table


def _numbers(catalogue: Catalogue, titles: NDArray[np.intp]) -> dict[str, NDArray]:
    """The features that are computed from numbers, by name."""
    found: dict[str, NDArray] = {}
    for word, values, lows in (("episodes", catalogue.episodes, EPISODES), ("year", catalogue.years, YEARS)):
        place = np.searchsorted(lows, values[titles], side="right") - 1
        found |= {f"{word} from {low}": place == i for i, low in enumerate(lows)}
    found["continues another"] = (np.diff(catalogue.requires[0]) > 0)[titles]
    mean = np.nan_to_num(catalogue.mean_scores[titles])
    scorers = catalogue.scorers[titles].astype(np.float64)
    weight = np.where(scorers > 0, scorers / (scorers + _SHRINK), 1.0)
    found["mean score"] = np.where(mean > 0, weight * (mean - _USUAL) / _SPREAD, 0)
    found["mean score known"] = mean > 0
    members = audience(catalogue)[titles]
    found["members"] = np.where(members > 0, (np.log10(np.maximum(members, 1)) - _MEMBERS) / _MEMBERS_SPREAD, 0)
    found["members known"] = members > 0
    return found


def audience(catalogue: Catalogue) -> NDArray[np.float64]:
    """MyAnimeList's members of every title, (n_titles,), estimated where only its scorers are known; 0 if unknown."""
    return np.maximum(catalogue.members, _MEMBERS_PER_SCORER * catalogue.scorers)


def _common(catalogue: Catalogue, column: str) -> list[str]:
    """Words of a column that at least `FEWEST` titles have, in order."""
    counted = catalogue.words(column)[1].value_counts()
    words = zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    return sorted(word for word, count in words if count >= FEWEST)
