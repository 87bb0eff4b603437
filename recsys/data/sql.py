"""Quotes values for SQL where DuckDB takes no parameters: in views, in COPY, in options."""

from pathlib import Path


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted name."""
    return '"' + name.replace('"', '""') + '"'


def pattern(path: Path) -> str:
    """A pattern that matches only `path`, for the functions that read files: brackets are legal in folders' names."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
