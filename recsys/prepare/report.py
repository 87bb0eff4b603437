"""Counts of what preparing read, dropped and wrote."""

from dataclasses import dataclass, field
from typing import Any

from recsys.prepare.sources import Source


@dataclass
class SourceReport:
    """Counts of one source's rows. `dropped`: list rows by reason; `malformed`: broken rows of its other files.

    `id_offset`: what was added to its fans' ids. `ratings`, `unscored`, `fans`: what was written of it.
    """

    source: Source
    rows_in: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    malformed: dict[str, int] = field(default_factory=dict)
    unknown_status: int = 0
    id_offset: int = 0
    ratings: int = 0
    unscored: int = 0
    fans: int = 0

    def described(self) -> dict[str, Any]:
        """What the manifest says of the source."""
        counts = {name: getattr(self, name) for name in ("rows_in", "fans", "ratings", "unscored", "id_offset")}
        path = self.source.lists.file.path.resolve()
        file = f"{path.parent.name}/{path.name}"
        return {"name": self.source.name, "file": file, "licence": self.source.licence, **counts}


@dataclass
class Report:
    """Counts of all sources together; `rows_out`: rows by file."""

    sources: list[SourceReport]
    titles: int = 0
    sparse_titles: int = 0
    fans: int = 0
    sparse_fans: int = 0
    rows_out: dict[str, int] = field(default_factory=dict)
