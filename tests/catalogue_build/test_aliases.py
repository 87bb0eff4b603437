"""Names written by hand are added to the titles they were written for."""

import pytest

from recsys.catalogue_build import aliases
from recsys.errors import DataError
from recsys.types import Title

ALIAS = aliases.Alias(16498, "Shingeki no Kyojin", "Attack on Titan", ("AoT",), None)


def test_names_are_added_and_the_official_english_one_replaces_another():
    title = Title(16498, "Shingeki no Kyojin", title_english="attack on titan", synonyms=("Titan",), year=2013)
    (named,) = aliases.add([title], {16498: ALIAS}, frozenset({16498}))
    assert (named.title, named.title_english, named.year) == ("Shingeki no Kyojin", "Attack on Titan", 2013)
    assert named.synonyms == ("AoT", "Titan")


def test_a_title_without_a_romaji_name_goes_by_its_english_one():
    (named,) = aliases.add([Title(16498, "進撃")], {16498: ALIAS}, frozenset())
    assert named.title == "Attack on Titan"
    assert "進撃" in named.synonyms


def test_a_row_for_another_title_is_refused():
    with pytest.raises(DataError, match="16498"):
        aliases.add([Title(16498, "Naruto")], {16498: ALIAS}, frozenset({16498}))


def test_the_list_is_well_formed():
    assert all(alias.anime_id == key and alias.english.strip() for key, alias in aliases.read().items())
