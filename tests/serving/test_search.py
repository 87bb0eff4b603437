"""Search by what fans type, in small catalogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.catalogue import Catalogue
from recsys.lists.resolve import CERTAIN
from recsys.serving.search import TitleSearch, normalise
from recsys.types import Title

TITLES = [
    Title(1, "Yuusha Ou", title_english="King of Braves", title_japanese="勇者王", synonyms=("YO",), members=1000),
    Title(2, "Yuusha Ou II", members=100),
    Title(3, "Koibito no Iru Machi", members=50),
    Title(4, "Hana", members=10),
    Title(5, "Hana", members=9000),
    Title(6, "Kyoto Animation Café", members=3),
]


@pytest.fixture(scope="module")
def search() -> TitleSearch:
    return TitleSearch(Catalogue.from_rows(TITLES))


def ids(search: TitleSearch, query: str, n: int = 10) -> list[int]:
    return [TITLES[position].anime_id for position in search.find(query, n)]


@pytest.mark.parametrize("query", ["yuusha ou", "YUUSHA-OU!", "yusha o", "king of braves", "勇者王", "yo", "yusah ou"])
def test_every_kind_of_name_and_a_typing_error(search, query):
    assert ids(search, query)[0] == 1


def test_popular_first_among_equals(search):
    assert ids(search, "hana")[:2] == [5, 4]


NAMESAKES = [
    Title(1, "Hoshi no Uta", franchise_id=1, kind="special", members=900),
    Title(2, "Hoshi no Uta", franchise_id=1, members=500),
    Title(3, "Hoshi no Uta", franchise_id=1, kind="music", members=10_000),
    Title(4, "Kaze no Machi", franchise_id=4, members=90_000),
    Title(5, "Kaze no Machi!!", franchise_id=4, members=500),
    Title(6, "Kaze no Machi III", franchise_id=4, members=70_000),
]


class TestNamesakes:
    search = TitleSearch(Catalogue.from_rows(NAMESAKES))

    def match(self, query: str) -> list[tuple[int, float]]:
        return [(NAMESAKES[position].anime_id, sure) for position, sure in self.search.match(query, 3)]

    def test_a_series_outranks_its_specials_promotions_and_songs(self):
        (first, sure), *others = self.match("Hoshi no Uta")
        assert (first, sure) == (2, 1.0)
        assert all(other < 0.95 for _, other in others)

    @pytest.mark.parametrize("query", ["The Promised Land", "promised land", "Promised Land"])
    def test_a_series_by_its_english_title_outranks_a_season_that_has_it_as_a_synonym(self, query):
        again = ("The Promised Land Season 2", ("THE PROMISED LAND",))
        titles = [
            Title(7, "Chi Zoku", title_english=again[0], synonyms=again[1], franchise_id=7, members=80_000),
            Title(8, "Yakusoku no Chi", title_english="The Promised Land", franchise_id=7, members=90_000),
        ]
        (first, sure), (_, other) = TitleSearch(Catalogue.from_rows(titles)).match(query, 2)
        assert (titles[first].anime_id, sure) == (8, 1.0)
        assert other < 0.95

    def test_the_name_as_it_was_typed_comes_first(self):
        assert self.match("Kaze no Machi!!")[0][0] == 5
        assert self.match("kaze no machi")[0][0] == 4

    @pytest.mark.parametrize(
        "query", ["Kaze no Machi II", "Kaze no Machi 2nd Season", "Kaze no Machi Season 4", "Kaze no Machi V"]
    )
    def test_another_seasons_number_is_never_sure(self, query):
        assert all(sure < CERTAIN for _, sure in self.match(query))

    def test_the_same_number_in_other_figures_is_sure(self):
        for query in ("Kaze no Machi Season 3", "Kaze no Machi 3rd Season", "Kaze no Machi 3"):
            assert self.match(query)[0] == (6, 1.0)


def test_accents_are_ignored(search):
    assert ids(search, "cafe")[0] == 6


def test_a_title_appears_once_and_at_most_n_do(search):
    found = ids(search, "yuusha ou")
    assert len(set(found)) == len(found)
    assert ids(search, "yuusha ou", 1) == [1]
    assert ids(search, "yuusha ou", 0) == []


@pytest.mark.parametrize("nothing", ["", "   ", "!?", "\x00", "zzzzqqqq", "🙂", "\ud800"])
def test_no_similar_name_gives_nothing(search, nothing):
    assert ids(search, nothing) == []


def test_an_empty_catalogue_finds_nothing():
    assert TitleSearch(Catalogue.from_rows([])).find("naruto") == []


@given(st.text(max_size=300))
def test_any_query_has_an_answer(query):
    search = TitleSearch(Catalogue.from_rows(TITLES))
    assert all(0 <= position < len(TITLES) for position in search.find(query))


@given(st.sampled_from(TITLES), st.data())
def test_one_letter_left_out_still_finds_the_title(title, data):
    name = title.title
    if len(name) < 8:
        return
    at = data.draw(st.integers(1, len(name) - 1))
    search = TitleSearch(Catalogue.from_rows(TITLES))
    assert title.anime_id in [TITLES[p].anime_id for p in search.find(name[:at] + name[at + 1 :])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shoujo", "shojo"),
        ("Kimi wo", "kimi o"),
        ("カウボーイ", "かうぼい"),
        ("HUNTER×HUNTER", "hunterxhunter"),
        ("Re:Zero 2nd Season", "re zero season 2"),
        ("Déjà vu", "deja vu"),
        ("Howl’s", "howls"),
        ("∀ Hoshi", "turn a hoshi"),
    ],
)
def test_spellings_of_one_name(one, other):
    assert normalise(one) == normalise(other)


def test_japanese_voicing_is_no_accent():
    assert normalise("が") != normalise("か")
