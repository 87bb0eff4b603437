"""Places titles that a model was not trained with, from their facts, their franchise and the titles that it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recsys.models.base import check_shape
from recsys.models.fan_net import TABLES
from recsys.models.svd import SVD

#: Titles of this year and later are recent: the lists with scores hold hardly any. A bin of years begins with it.
RECENT_YEAR = 2021
#: Arrays kept in half precision, beside the network's.
_HALF = ("regression", "likes", "today", "deviation", "share")


@dataclass(frozen=True)
class Newcomers:
    """Titles to place: ascending `item_ids` (n,), `features` (n, n_features) in the order of `Placement.names`, and
    `franchises` (n,), negative for none."""

    item_ids: NDArray[np.int64]
    features: NDArray[np.float32]
    franchises: NDArray[np.int64]


@dataclass(frozen=True)
class Placement:
    """What each content feature, called `names`, adds to a title's parameters.

    `net`: for each of the network's `TABLES`, (n_features, ...). `regression` (2, n_features + 1, n_factors + 1): base
    and factors of the SVD, the intercept first, for titles whose mean score is not known, then for those where it is;
    `noise` (2,) likewise, and `likes` (2, n_features + 1), of how many fans with scores like a title, in standard
    deviations of the logarithm. `today` (n_features,): log odds of standing on a list of today. `deviation` (n_items,
    n_factors + 1) and `share` (n_items,): how far each trained title lies from its regression, and how much it counts
    for its franchise. `shrink`: titles at no deviation that are added to a franchise's mean.
    """

    names: tuple[str, ...]
    net: Mapping[str, NDArray]
    regression: NDArray[np.floating]
    noise: NDArray[np.floating]
    likes: NDArray[np.floating]
    today: NDArray[np.floating]
    deviation: NDArray[np.floating]
    share: NDArray[np.floating]
    shrink: float

    def tables(self, new: Newcomers) -> dict[str, NDArray[np.float32]]:
        """The network's `TABLES` of new titles."""
        return {name: (new.features @ self.net[name].astype(np.float32)) for name in TABLES}

    def odds(self, new: Newcomers) -> NDArray[np.float32]:
        """Log odds (n,) that a list with this title is one of today."""
        return new.features @ self.today.astype(np.float32)

    def liked(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """How many fans with scores would like titles with `features` (n, n_features): (n,), see `likes`."""
        return self._by_reception(features, self.likes[:, :, None])[:, 0]

    def _by_reception(self, features: NDArray[np.float32], coefficients: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, n_values) by `coefficients` (2, n_features + 1, n_values): the second where the mean score is known."""
        each = [one[0] + features @ one[1:] for one in coefficients.astype(np.float32)]
        return np.where(features[:, self.names.index("mean score known")][:, None] > 0, each[1], each[0])

    def recent(self, new: Newcomers) -> NDArray[np.bool_]:
        """(n,): titles from `RECENT_YEAR` on."""
        years = [place for place, name in enumerate(self.names) if year_of(name) >= RECENT_YEAR]
        return new.features[:, years].sum(axis=1) > 0

    def svd(self, new: Newcomers, franchises: NDArray[np.int64]) -> tuple[NDArray, NDArray, NDArray]:
        """Base (n,), factors (n, n_factors) and noise (n,) of new titles: by content, plus the mean deviation of their
        relatives among the trained titles, whose `franchises` (n_items,) are given."""
        placed = self._by_reception(new.features, self.regression)
        received = new.features[:, self.names.index("mean score known")] > 0
        groups, index = np.unique(np.concatenate([franchises, new.franchises]), return_inverse=True)
        summed = np.zeros((len(groups), placed.shape[1]), np.float32)
        own, share = index[: len(franchises)], self.share.astype(np.float32)
        np.add.at(summed, own, share[:, None] * self.deviation.astype(np.float32))
        related = summed / (np.bincount(own, share, len(groups)) + self.shrink)[:, None].astype(np.float32)
        related[groups < 0] = 0
        placed = placed + related[index[len(franchises) :]]
        return placed[:, 0], placed[:, 1:], self.noise[received.astype(int)].astype(np.float32)

    def extended(self, places: NDArray[np.intp], n_items: int) -> Self:
        """With more titles, which count for no relative: trained title i stands at `places[i]` of `n_items`."""
        deviation = np.zeros((n_items, self.deviation.shape[1]), self.deviation.dtype)
        share = np.zeros(n_items, self.share.dtype)
        deviation[places], share[places] = self.deviation, self.share
        return replace(self, deviation=deviation, share=share)

    def to_arrays(self) -> dict[str, NDArray]:
        rounded = self.rounded()
        arrays = {**rounded.net, **{name: getattr(rounded, name) for name in (*_HALF, "noise")}}
        return {f"place_{name}": array for name, array in arrays.items()}

    def rounded(self) -> Self:
        """As it will be read from the model's file."""
        net = {name: array.astype(np.float16) for name, array in self.net.items()}
        halves = {name: getattr(self, name).astype(np.float16) for name in _HALF}
        return replace(self, net=net, noise=self.noise.astype(np.float32), **halves)

    @property
    def config(self) -> dict[str, Any]:
        return {"names": list(self.names), "shrink": self.shrink}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], config: Mapping[str, Any], svd: SVD, net: Mapping) -> Self:
        """Raises KeyError or ValueError unless the arrays are there and fit `svd` and the network's weights `net`."""
        names, shrink = tuple(map(str, config["names"])), float(config["shrink"])
        found = {name: arrays[f"place_{name}"] for name in (*TABLES, *_HALF, "noise")}
        width, parameters = len(names), svd.n_factors + 1
        for name in TABLES:
            check_shape(f"place_{name}", found[name], width, *net[name].shape[1:])
        check_shape("place_regression", found["regression"], 2, width + 1, parameters)
        check_shape("place_noise", found["noise"], 2)
        check_shape("place_likes", found["likes"], 2, width + 1)
        check_shape("place_today", found["today"], width)
        check_shape("place_deviation", found["deviation"], svd.n_items, parameters)
        check_shape("place_share", found["share"], svd.n_items)
        if not shrink > 0 or "mean score known" not in names or (found["noise"] <= 0).any():
            raise ValueError("a title's placement lacks a feature or has a value that is not positive")
        net = {name: found.pop(name) for name in TABLES}
        return cls(names, net, shrink=shrink, **found)


def year_of(name: str) -> int:
    """The first year of the bin that the feature `name` marks, 0 for another feature."""
    return int(name.rsplit(" ", 1)[1]) if name.startswith("year from ") else 0
