"""Labels of titles, and the time to watch them."""

import numpy as np
import pytest

from recsys.data import labels, lengths
from recsys.data.catalogue import Catalogue
from recsys.types import Title

TITLES = [
    Title(1, "One", genres=("Comedy",), tags=("Time Loop", "shounen"), demographics=("Shounen",)),
    Title(2, "Two", themes=("Time Travel",), tags=("Time Loop",), streaming=(("Netflix", "https://example.org/2"),)),
    Title(3, "Three"),
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.from_rows(TITLES)


def test_tags_are_the_words_of_all_four_columns_whatever_their_capitals(catalogue):
    found = labels.tags(catalogue)
    assert [name.casefold() for name in found.names] == ["comedy", "shounen", "time loop", "time travel"]
    assert found.titles_with("TIME LOOP").tolist() == [0, 1]
    assert found.mask("Shounen").tolist() == [True, False, False]
    assert "time travel" in found
    assert "Time" not in found


def test_services(catalogue):
    found = labels.services(catalogue)
    assert found.names == ("Netflix",)
    assert found.titles_with("netflix").tolist() == [1]


def test_a_catalogue_without_any_label():
    empty = labels.tags(Catalogue.from_rows([Title(1, "One")]))
    assert empty.names == ()
    assert "Comedy" not in empty


def test_minutes():
    rows = [
        Title(1, "Known", type="TV", episodes=12, duration_min=23),
        Title(2, "Usual length of TV", type="TV", episodes=10),
        Title(3, "Film of unknown length", type="Movie", episodes=1),
        Title(4, "Still running", type="TV", duration_min=24),
    ]
    expected = [276, 240, np.nan, np.nan]
    np.testing.assert_array_equal(lengths.minutes(Catalogue.from_rows(rows)), expected)
