"""The work for a franchise of very many titles, counted in steps."""

import sys
from collections.abc import Callable

import pytest

from recsys.catalogue_build import franchise, franchise_order
from recsys.catalogue_build import franchise_names as names
from recsys.catalogue_build.franchise_brands import Brands
from recsys.catalogue_build.franchise_links import Links
from recsys.types import Title

TYPES = ("TV", "ONA", "OVA", "Movie", "Special")


def test_a_giant_chain_needs_neither_walks_nor_relations_in_square(monkeypatch):
    n = 3_000
    parents = {i: (i - 1,) for i in range(2, n + 1)}
    for dates in ({i: float(i) for i in range(1, n + 1)}, dict.fromkeys(range(1, n + 1), 2000.0)):
        with monkeypatch.context() as patched:
            patched.setattr(franchise_order, "_ancestors", lambda *_: pytest.fail("walked back through the chain"))
            assert franchise_order.without_cycles(parents, dates) == parents
    order = franchise_order.watch_order({i: float(i) for i in range(1, n + 1)}, parents)
    required = franchise_order.chains(parents, order)
    assert sum(map(len, required.values())) <= franchise_order.MOST_REQUIRED * n
    assert required[n] == tuple(range(n - franchise_order.MOST_REQUIRED, n))


class Counted(int):
    """A number that counts the comparisons with it, also those in `min` and `sorted`."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        Counted.compared += 1
        return int(self) < other

    def __gt__(self, other: int) -> bool:
        Counted.compared += 1
        return int(self) > other


def steps_to_annotate(named: Callable[[int], dict], n: int) -> int:
    """How many lines of Python, and comparisons within its functions, `annotate` takes for n titles. A line counts
    again in each round of its loops. Counting instructions has the same ratios and takes four times as long."""
    rows = [Title(Counted(10 * i), **{"type": "TV", "members": Counted(1000), **named(i)}) for i in range(1, n + 1)]
    steps = Counted.compared = 0

    def count_steps(*_):
        nonlocal steps
        steps += 1
        return count_steps

    names.parse.cache_clear()
    before = sys.gettrace()
    sys.settrace(count_steps)
    try:
        found = franchise.annotate(rows, links=Links({str(i): [10 * i] for i in range(1, n + 1)}), brands=Brands())
    finally:
        sys.settrace(before)
    assert max(title.watch_order for title in found) >= 0.4 * n
    return steps + Counted.compared


GIANTS = {
    "one name": lambda i: {"title": "Yuusha Ou", "type": TYPES[i % len(TYPES)]},
    "season numbers": lambda i: {"title": f"Yuusha Ou Season {i}", "year": 2000},
    "season numbers against the ids": lambda i: {"title": f"Yuusha Ou Season {5_000 - i}"},
    "years and seasons": lambda i: {"title": f"Yuusha Ou ({2000 + i % 3}) Season {i}"},
    "numbered heads": lambda i: {"title": f"Yuusha Ou {i % 90 + 1}: Hoshi{'aeiou'[i % 5]}", "type": "Movie"},
    "subtitles": lambda i: {"title": f"Yuusha Ou: Hoshi{'aei'[i % 3]}" if i % 2 else "Yuusha Ou", "type": TYPES[i % 3]},
    "one long word": lambda i: {"title": "Yuushaou Hoshi" if i % 2 else "Yuushaou", "title_japanese": "勇者王"},
    "a name within names": lambda i: {"title": "Kaze: Yuusha Ou Densetsu" if i % 2 else "Yuusha Ou Densetsu"}
    | {"members": Counted(50_000)},
}  # fmt: skip


@pytest.mark.parametrize("case", GIANTS)
def test_twice_the_titles_of_a_giant_franchise_take_about_twice_the_steps(case):
    """Comparing all pairs would take four times the steps."""
    assert steps_to_annotate(GIANTS[case], 400) < 2.6 * steps_to_annotate(GIANTS[case], 200)
