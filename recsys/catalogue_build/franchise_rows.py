"""Find the hand-made rows that change nothing, in franchise_brands.csv and franchise_orders.csv."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from recsys.catalogue_build import franchise, franchise_brands, franchise_order
from recsys.catalogue_build.franchise_brands import Brands
from recsys.catalogue_build.franchise_links import Links
from recsys.catalogue_build.franchise_names import Words, parse
from recsys.types import Title

COLUMNS = ("words", "ids", "apart", "after")
_BRANDS = COLUMNS[:3]


@dataclass(frozen=True)
class Row:
    """A row by its column and its value there; for `after`, the value is the title and what comes before it."""

    column: str
    value: tuple


def known_rows() -> list[Row]:
    """All rows, in the order of the files."""
    brands = franchise_brands.known_brands()
    rows = [Row(column, value) for column in _BRANDS for value in getattr(brands, column)]
    return rows + [Row("after", (anime_id, *before)) for anime_id, before in franchise_order.corrections().items()]


def needless(
    titles: Sequence[Title], links: Links, rows: Sequence[Row], progress: Callable[[str], None] = lambda _: None
) -> list[Row]:
    """The rows without which every title keeps its franchise, its place there, and `requires`.

    Rows are left out one after another, but of different franchises at once, because a row changes little beyond its
    own. The result is checked as a whole; raises `ValueError` if the rows together change something.
    """
    before = _outcome(titles, links, rows)
    own = {row: _franchises(row, titles, before) for row in rows}
    left, found = list(rows), []
    while left:
        batch = _apart(left, own)
        left = [row for row in left if row not in batch]
        kept = [row for row in rows if row not in batch and row not in found]
        after = _outcome(titles, links, kept)
        changed = {before[i][0] for i in before if before[i] != after[i]}
        found.extend(row for row in batch if not changed & own[row])
        progress(f"{len(rows) - len(left):,} of {len(rows):,} rows tried, {len(found)} of them change nothing")
    if _outcome(titles, links, [row for row in rows if row not in found]) != before:
        raise ValueError("rows that change nothing one by one do so together")
    return found


def _outcome(titles: Sequence[Title], links: Links, rows: Iterable[Row]) -> dict[int, tuple]:
    """Title id -> its franchise, the number of titles there, its place, and what it requires."""
    by_column = defaultdict(list)
    for row in rows:
        by_column[row.column].append(row.value)
    brands = Brands(**{column: tuple(by_column[column]) for column in _BRANDS})
    orders = {value[0]: value[1:] for value in by_column["after"]}
    annotated = franchise.annotate(titles, links=links, brands=brands, orders=orders)
    sizes = Counter(title.franchise_id for title in annotated)
    return {t.anime_id: (t.franchise_id, sizes[t.franchise_id], t.watch_order, t.requires) for t in annotated}


def _franchises(row: Row, titles: Iterable[Title], outcome: Mapping[int, tuple]) -> frozenset[int]:
    """The franchises that a row speaks of."""
    if row.column == "words":
        ids = [t.anime_id for t in titles if any(_holds(parse(name).words, row.value) for name in _names(t))]
    else:
        ids = [anime_id for anime_id in row.value if anime_id in outcome]
    return frozenset(outcome[anime_id][0] for anime_id in ids)


def _names(title: Title) -> list[str]:
    return [name for name in (title.title, title.title_japanese) if name]


def _holds(words: Words, brand: Iterable[Words]) -> bool:
    text = " ".join(words)
    return any(" ".join(part) in text for part in brand)


def _apart(rows: Iterable[Row], own: Mapping[Row, frozenset[int]]) -> set[Row]:
    """Some of the rows, no two of which speak of one franchise."""
    chosen, taken = set(), set()
    for row in rows:
        if not taken & own[row]:
            chosen.add(row)
            taken |= own[row]
    return chosen
