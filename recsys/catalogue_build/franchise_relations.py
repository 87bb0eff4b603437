"""Relations between titles that a source states."""

from dataclasses import dataclass

#: Relations of MyAnimeList that keep titles in one franchise ("Character" and "Other" join strangers), and which of
#: them say what comes first.
TOGETHER = frozenset(
    ("sequel", "prequel", "parent story", "side story", "spin-off", "alternative version", "alternative setting")
) | {"summary", "full story"}
BEFORE = frozenset({"prequel", "parent story"})


@dataclass(frozen=True)
class Relation:
    """`other` is the `relation` ("sequel", "prequel", …, lower case) of a title."""

    relation: str
    other: int
