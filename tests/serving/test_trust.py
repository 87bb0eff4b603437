"""How often intervals held, in groups of titles, worked out by hand."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.serving import taste, trust
from recsys.types import Title

#: Forty comedies, of which every fifth is also horror, and one title without a known genre.
TITLES = [
    Title(i, f"Title {i}", genres=("Comedy", "Horror") if i % 5 == 0 else ("Comedy",), members=(i % 2) * 50_000)
    for i in range(1, 41)
]
CATALOGUE = Catalogue.from_rows([*TITLES, Title(50, "Other")])


def left_out(missed: set[int], ids: range = range(1, 41)) -> taste.LeftOut:
    """Every title is predicted 7, likely 6 to 8, and scored 7; those `missed`, 10."""
    given = np.array([10.0 if i in missed else 7.0 for i in ids])
    seven = np.full(len(ids), 7.0)
    return taste.LeftOut(np.array(ids), given, seven, seven - 1, seven + 1)


def groups(found: taste.LeftOut) -> dict[str, trust.Trust]:
    return {one.label: one for one in trust.by_group(CATALOGUE, taste.facets(CATALOGUE)["Genre"], found)}


def test_wilson_by_hand():
    # Wilson 1927 with z = 1.645 and 8 of 10: (.8 + z^2/20 -+ z sqrt(.016 + z^2/400)) / (1 + z^2/10).
    assert trust.wilson(8, 10) == pytest.approx((0.541, 0.931), abs=0.001)
    assert trust.wilson(0, 0) == (0, 1)
    low, high = trust.wilson(10, 10)
    assert high == 1
    assert 0.7 < low < 0.8


def test_overall():
    found = trust.overall(left_out({1, 2, 3, 4}))
    assert (found.n, found.held, found.error) == (40, 36, pytest.approx(4 * 3 / 40))
    assert trust.overall(left_out(set(), range(0))).n == 0


def test_groups_are_counted_and_the_largest_comes_first():
    found = groups(left_out({1, 5, 10}))
    assert list(found) == ["Comedy", "Horror"]
    assert [(one.n, one.held) for one in found.values()] == [(40, 37), (8, 6)]
    assert found["Horror"].error == pytest.approx(2 * 3 / 8)


def test_reliable_unsure_and_too_few_to_tell():
    comedy = [groups(left_out(set(range(1, missed + 1))))["Comedy"].verdict for missed in (4, 8, 20)]
    assert comedy == ["reliable", "reliable", "unsure"]
    all_missed = groups(left_out(set(range(1, 41))))
    assert all_missed["Horror"].high < trust.AIM
    assert all_missed["Horror"].verdict == "unknown"  # eight titles
    assert groups(left_out({1, 2, 3, 4}, range(1, 13)))["Comedy"].verdict == "unknown"  # 8 of 12 may be either


def test_by_popularity():
    found = trust.by_group(CATALOGUE, trust.popularity(CATALOGUE), left_out({1}))
    assert [(one.label, one.n, one.held) for one in found] == [("20,000 to 100,000 members", 20, 19)]
