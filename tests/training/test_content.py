"""The facts of titles that the reranker learns from."""

from datetime import date

import numpy as np

from recsys.data import catalogue
from recsys.training import content
from recsys.types import Title


def on_air(tmp_path, *titles: dict) -> np.ndarray:
    """Season, first and last day of each title, (n, 3)."""
    path = tmp_path / "catalogue.parquet"
    catalogue.write([Title(i, f"Kettle {i}", type="TV", **facts) for i, facts in enumerate(titles, 1)], path)
    facts = content.load(path).facts
    assert facts is not None
    return facts[:, 3:]


def test_seasons_and_days_are_counted_from_2025(tmp_path):
    """A season as it is stated, though the first day is a little before; and the first day of the next year."""
    spring = {"year": 2025, "season": "Spring", "aired_from": date(2025, 3, 30), "aired_to": date(2025, 6, 22)}
    later = {"year": 2026, "aired_from": date(2026, 1, 1), "aired_to": date(2026, 1, 1)}
    earlier = {"year": 2023, "season": "Fall", "aired_from": date(2023, 10, 1), "aired_to": date(2024, 1, 1)}
    found = on_air(tmp_path, spring, later, earlier)
    np.testing.assert_array_equal(found[:, 0], [1, 4, -5])
    np.testing.assert_allclose(found[:, 1], [0.241, 1.0, -1.25], atol=0.005)
    np.testing.assert_allclose(found[:, 2], [0.471, 1.0, -1.0], atol=0.005)


def test_unknown_days_are_in_the_middle_of_what_is_known(tmp_path):
    """Of the season, of the year, of the usual year where nothing is known; nothing ends before it begins."""
    found = on_air(tmp_path, {"year": 2024, "season": "Winter"}, {"year": 2024}, {})
    np.testing.assert_array_equal(found[:, 0], [-4, -2, 4 * (2012 - 2025) + 2])
    np.testing.assert_allclose(found[:, 1], (found[:, 0] + 0.5) / 4)
    np.testing.assert_array_equal(found[:, 2], found[:, 1])


def test_what_is_airing_lasts_until_the_newest_of_it_begins(tmp_path):
    old = {"year": 2000, "aired_from": date(2000, 1, 1), "status": "Currently Airing", "episodes": 12}
    new = {"year": 2025, "aired_from": date(2025, 7, 1), "status": "Currently Airing", "episodes": 12}
    over = {"year": 2000, "aired_from": date(2000, 1, 1), "episodes": 12}
    found = on_air(tmp_path, old, new, over)
    assert found[0, 2] >= found[1, 1] - 0.1
    assert found[1, 2] > found[1, 1]
    assert found[2, 2] < -24
