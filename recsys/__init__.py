"""Anime recommendations from MyAnimeList ratings. This module is the public API; the rest may change.

`recsys.training` is imported when first used: it needs scikit-surprise, numba and torch, which serving does not.
"""

from importlib import import_module
from types import ModuleType

from recsys import lists
from recsys.errors import RecsysError
from recsys.serving.engine import Engine
from recsys.serving.loading import load
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


def __getattr__(name: str) -> ModuleType:
    if name == "training":
        return import_module("recsys.training")
    raise AttributeError(f"module 'recsys' has no attribute {name!r}")
