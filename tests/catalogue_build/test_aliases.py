"""Names written by hand are added to the titles they were written for."""

import pytest

from recsys.catalogue_build import aliases
from recsys.errors import DataError

ALIAS = aliases.Alias(16498, "Shingeki no Kyojin", "Attack on Titan", ("AoT",), None)


def test_a_row_gives_names_and_a_corrected_year():
    (row,) = aliases.facts({16498: ALIAS})
    assert (row.anime_id, row.title_english, row.synonyms, row.year) == (16498, "Attack on Titan", ("AoT",), None)


def test_a_row_for_another_title_is_refused():
    aliases.check({16498: ALIAS}, {16498: ["Titan", "SHINGEKI no Kyojin"], 20: ["Naruto"]})
    with pytest.raises(DataError, match="16498"):
        aliases.check({16498: ALIAS}, {16498: ["Naruto"]})


def test_the_list_is_well_formed():
    assert all(alias.anime_id == key and alias.english.strip() for key, alias in aliases.read().items())
