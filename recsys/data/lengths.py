"""How long it takes to watch each title of the catalogue."""

import functools

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue

#: Minutes of an episode of a TV title whose length is unknown: the median of the others; half of them have 23 or 24.
USUAL_TV = 24.0


@functools.lru_cache(maxsize=2)
def minutes(catalogue: Catalogue) -> NDArray[np.float64]:
    """Minutes to watch all episodes, those still to come included, (n_titles,); NaN where the length or the number of
    episodes is unknown. Kept for the latest catalogues."""
    lengths = np.array([value or np.nan for value in catalogue.column("duration_min")], np.float64)
    lengths = np.where(np.isnan(lengths) & (catalogue.types == "TV"), USUAL_TV, lengths)
    total = np.where(catalogue.episodes > 0, catalogue.episodes * lengths, np.nan)
    total.setflags(write=False)
    return total
