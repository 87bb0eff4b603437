"""Measure how well titles are grouped into franchises, against groups made by hand (docs/franchise_truth.csv).

Pairwise: a true pair is two titles of one franchise of the truth. Every franchise there is complete, so a title outside
it that is grouped with it is an error too. Titles marked `ignored` (crossovers, advertisements, titles that came to the
catalogue later) are left out, and so are titles with a higher id than any in the truth: they came later still.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recsys.errors import DataError
from recsys.types import MAX_ANIME_ID

IGNORED = "ignored"


@dataclass(frozen=True)
class Truth:
    """`franchises` maps (set, name) to the ids of a complete franchise. Each *set* is measured by itself.
    Nothing is known of the titles in `ignored`, nor of those above `last_id`."""

    franchises: Mapping[tuple[str, str], frozenset[int]]
    ignored: frozenset[int]
    last_id: int = MAX_ANIME_ID


@dataclass(frozen=True)
class Scores:
    """`precision` and `recall` over all pairs, and as means over franchises (`mean_…`), where each counts the
    same. `wrong` lists each franchise with errors, its extra ids and its missing ids."""

    franchises: int
    titles: int
    precision: float
    recall: float
    mean_precision: float
    mean_recall: float
    wrong: Sequence[tuple[str, frozenset[int], frozenset[int]]]


def read_truth(path: Path) -> Truth:
    """Raises `DataError` if the file is missing or has other columns."""
    franchises: dict[tuple[str, str], set[int]] = defaultdict(set)
    ignored = set()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["set"] == IGNORED:
                    ignored.add(int(row["anime_id"]))
                else:
                    franchises[row["set"], row["franchise"]].add(int(row["anime_id"]))
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"Cannot read the true franchises from {path}: {error!r}.") from None
    last_id = max(ignored.union(*franchises.values()), default=MAX_ANIME_ID)
    return Truth({key: frozenset(ids) for key, ids in franchises.items()}, frozenset(ignored), last_id)


def score(groups: Mapping[int, int], truth: Truth, name: str) -> Scores:
    """`groups` maps each title to its group; `name` is a set of the truth. Titles that `groups` lacks are left out."""
    members: dict[int, set[int]] = defaultdict(set)
    for anime_id, group in groups.items():
        if anime_id not in truth.ignored and anime_id <= truth.last_id:
            members[group].add(anime_id)
    totals: Counter[str] = Counter()
    precisions, recalls, wrong = [], [], []
    franchises = {key[1]: ids & groups.keys() for key, ids in truth.franchises.items() if key[0] == name}
    for franchise, ids in sorted(franchises.items()):
        parts = Counter(groups[i] for i in ids)
        right = sum(_pairs(n) for n in parts.values())
        missed = _pairs(len(ids)) - right
        false = sum(n * len(members[group] - ids) for group, n in parts.items())
        totals.update(titles=len(ids), right=right, missed=missed, false=false)
        precisions.append(_share(right, right + false))
        recalls.append(_share(right, right + missed))
        if missed or false:
            main = min(parts, key=lambda group: (-parts[group], group))
            extra = frozenset().union(*(members[group] - ids for group in parts))
            wrong.append((franchise, extra, frozenset(i for i in ids if groups[i] != main)))
    count = max(1, len(franchises))
    return Scores(
        len(franchises),
        totals["titles"],
        _share(totals["right"], totals["right"] + totals["false"]),
        _share(totals["right"], totals["right"] + totals["missed"]),
        sum(precisions) / count,
        sum(recalls) / count,
        wrong,
    )


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def _share(part: int, total: int) -> float:
    return part / total if total else 1.0
