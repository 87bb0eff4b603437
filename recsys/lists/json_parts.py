"""Parts of JSON from outside, which may hold anything."""

from typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """An object, empty if it is anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list, empty if it is anything else."""
    return value if isinstance(value, list) else []
