"""Fits models to prepared ratings. Needs the `train` extra: surprise, numba, torch."""
