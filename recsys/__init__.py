"""Anime recommendations from MyAnimeList ratings. This module is the public API; the rest may change.

Import training by its full name (`from recsys.training.svd import SVD`): it needs scikit-surprise, numba and torch,
which serving does not.
"""

from recsys import lists
from recsys.errors import RecsysError
from recsys.serving.engine import Engine, load
from recsys.types import Explanation, Filters, Pick, Prediction, Profile, Reason, Title

__all__ = [
    "Engine",
    "Explanation",
    "Filters",
    "Pick",
    "Prediction",
    "Profile",
    "Reason",
    "RecsysError",
    "Title",
    "lists",
    "load",
]
