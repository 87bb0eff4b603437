"""Titles of a list matched with a small catalogue."""

import pytest

from recsys.data.catalogue import Catalogue
from recsys.lists.resolve import KnowsIds, is_certain
from recsys.serving.matching import Matcher
from recsys.serving.search import TitleSearch
from recsys.types import Title

TITLES = [
    Title(1, "Hoshi no Uta!", synonyms=("Star Song",), franchise_id=1, members=50_000, anilist_id=101, kitsu_id=201),
    Title(2, "Hoshi no Uta!!", synonyms=("Star Song",), franchise_id=1, members=40_000),
    Title(3, "Hoshi no Uta Second Season Recap", franchise_id=1, members=10),
    Title(4, "Kaze no Machi", franchise_id=4, members=9_000, year=2004),
    Title(5, "Kaze no Machi", franchise_id=4, members=100),
    Title(6, "Yoru no Niwa", franchise_id=6, members=900, adult=True),
    Title(7, "Yoru no Niwa: Sora", franchise_id=7, members=900),
    Title(8, "Umi", franchise_id=8, members=900),
    Title(9, "Umi", franchise_id=9, members=800),
    Title(10, "Mori no Koe", franchise_id=10, members=900),
    Title(11, "Mori no Koe 2nd Season", franchise_id=10, members=900),
]


@pytest.fixture(scope="module")
def match() -> Matcher:
    catalogue = Catalogue.from_rows(TITLES)
    return Matcher(catalogue, TitleSearch(catalogue))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Hoshi no Uta!", 1), ("Hoshi no Uta!!", 2), ("kaze no machi", 4), ("Mori no Koe", 10), ("Mori no Koe S2", 11),
        ("Mori no Koe Second Season", 11), ("Mori no Koe 2", 11), ("Mori no Koe II", 11),
    ],
)  # fmt: skip
def test_sure_matches(match, text, right):
    found = match(text)
    assert found[0][0] == right
    assert is_certain(found)


@pytest.mark.parametrize("text", ["Umi", "Star Song", "Mori no Koe 3", "Yoru no Niwa"])
def test_what_may_be_several_titles_or_another_season_is_never_sure(match, text):
    found = match(text)
    assert found
    assert not is_certain(found)


def test_adult_titles_are_no_choice_unless_they_are_on(match):
    assert 6 not in [anime_id for anime_id, _, _ in match("Yoru no Niwa", 10)]
    assert match.with_adult()("Yoru no Niwa")[0][0] == 6
    assert len(match("Hoshi", 2)) == 2


def test_ids(match):
    assert isinstance(match, KnowsIds)
    assert (match.from_anilist(101), match.from_anilist(1), match.from_anilist(None)) == (1, None, None)
    assert (match.from_kitsu(201), match.from_kitsu(1)) == (1, None)
    assert (match.name(4), match.name(99)) == ("Kaze no Machi", None)
    assert (match.year(4), match.year(5), match.year(99)) == (2004, None, None)
    assert match.likeness(1, "star song") == 1
    assert match.likeness(1, "Umi") < 0.6
    assert match.likeness(99, "Umi") is None
