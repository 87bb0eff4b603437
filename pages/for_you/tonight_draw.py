"""The order in which titles for tonight come."""

import math

import numpy as np

from recsys import Pick


def drawn(picks: list[Pick], seed: int) -> list[Pick]:
    """`picks` in an order drawn without replacement, with weights of their chances of 8 or more (the exponential keys
    of Efraimidis and Spirakis 2006). A title's random number is its own, so that others stay in order without it."""

    def key(pick: Pick) -> float:
        weight = 0.0 if math.isnan(pick.chance_high) else pick.chance_high
        return np.random.default_rng((seed, pick.anime_id)).exponential() / max(weight, 1e-6)

    return sorted(picks, key=key)
