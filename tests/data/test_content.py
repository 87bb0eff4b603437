"""Content features of made-up titles: which there are, and their values by hand."""

import numpy as np
import pytest

from recsys.data import content
from recsys.data.catalogue import Catalogue
from recsys.types import Title


def title(number: int, **facts) -> Title:
    return Title(number, f"Title {number}", **facts)


def column(rows: list[Title], name: str) -> list[float]:
    catalogue = Catalogue.from_rows(rows)
    return content.features(catalogue, np.arange(len(rows)), [name])[:, 0].tolist()


def test_the_vocabulary_leaves_out_words_of_few_titles():
    n = content.FEWEST
    rows = [title(i, type="TV" if i <= n else "Movie", genres=("Action",)) for i in range(1, 2 * n)]
    names = content.vocabulary(Catalogue.from_rows(rows))
    assert len(set(names)) == len(names)
    assert {"type TV", "genre Action", "year from 2021", "episodes from 14", "continues another"} <= set(names)
    assert "type Movie" not in names  # one title fewer
    assert names[-len(content.RECEPTION) :] == list(content.RECEPTION)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"genres": ("Drama", "Action")}, "genre Action"),
        ({"themes": ("Time Travel",)}, "theme Time Travel"),
        ({"demographics": ("Josei",)}, "demographic Josei"),
        ({"tags": ("found family",)}, "tag found family"),
        ({"studios": ("Made-up Studio", "Other")}, "studio Other"),
        ({"type": "Movie"}, "type Movie"),
        ({"season": "spring"}, "season spring"),
        ({"source": "Light novel"}, "source Light novel"),
        ({"age_rating": "PG-13"}, "rated PG-13"),
    ],
)
def test_a_word_marks_the_titles_that_have_it(facts, name):
    assert column([title(1, **facts), title(2)], name) == [1, 0]


def test_equal_words_of_two_columns_are_two_features():
    rows = [title(1, genres=("School",)), title(2, themes=("School",))]
    assert column(rows, "genre School") == [1, 0]
    assert column(rows, "theme School") == [0, 1]


def test_columns_are_in_the_order_of_the_names_and_rows_in_that_of_the_titles():
    rows = [title(1, type="TV"), title(2, type="Movie"), title(3, type="TV")]
    catalogue, names = Catalogue.from_rows(rows), ["type Movie", "type TV", "type OVA"]
    got = content.features(catalogue, np.array([2, 1]), names)
    np.testing.assert_array_equal(got, [[0, 1, 0], [1, 0, 0]])
    assert content.features(catalogue, np.zeros(0, np.intp), names).shape == (0, 3)


@pytest.mark.parametrize("name", ["colour red", "year", "mean", "episode from 3", "year from 1999"])
def test_an_unknown_name_is_an_error(name):
    with pytest.raises(ValueError, match=name):
        column([title(1)], name)


def test_years_and_episodes_are_in_bins():
    rows = [title(1, year=2020, episodes=12), title(2, year=2021, episodes=1), title(3)]
    assert column(rows, "year from 2018") == [1, 0, 0]
    assert column(rows, "year from 2021") == [0, 1, 0]
    assert column(rows, "year from 0") == [0, 0, 1]
    assert column(rows, "episodes from 8") == [1, 0, 0]
    catalogue = Catalogue.from_rows(rows)
    for word, lows in (("year", content.YEARS), ("episodes", content.EPISODES)):
        bins = content.features(catalogue, np.arange(3), [f"{word} from {low}" for low in lows])
        np.testing.assert_array_equal(bins.sum(axis=1), 1)


def test_a_mean_score_is_shrunk_by_its_scorers():
    """1.6 points above the usual 6.6, twice the typical 0.8: 2 with many scorers, half of it with 30, and all of it
    where their number is unknown."""
    rows = [
        title(1, mean_score=8.2, scored_by=3_000_000),
        title(2, mean_score=8.2, scored_by=30),
        title(3, mean_score=8.2),
        title(4),
    ]
    assert column(rows, "mean score") == pytest.approx([2, 1, 2, 0], abs=1e-3)
    assert column(rows, "mean score known") == [1, 1, 1, 0]


def test_members_are_powers_of_ten_and_at_least_twice_the_scorers():
    rows = [
        title(1, members=100_000),
        title(2, members=100, scored_by=50_000),
        title(3, mean_score=7.0, scored_by=500),
        title(4),
    ]
    assert column(rows, "members") == pytest.approx([1, 1, -1, 0])
    assert column(rows, "members known") == [1, 1, 1, 0]


def test_a_sequel_continues_another():
    assert column([title(1), title(2, requires=(1,))], "continues another") == [0, 1]
