"""The fans whose lists can be looked at, and how everybody scored: the read store, as pages use it."""

from recsys.data.ratings import RatingsStore

__all__ = ["RatingsStore"]
