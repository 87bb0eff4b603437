"""Which titles belong together and what to watch first, on small catalogues whose right answer is known."""

import csv
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.catalogue_build import franchise, franchise_brands, franchise_groups, franchise_order
from recsys.catalogue_build.franchise import Relation
from recsys.catalogue_build.franchise_brands import Brands
from recsys.errors import DataError
from recsys.types import Title

NAMES = [
    f"Yuusha Ou{more}" for more in ("", " 2nd Season", " III", " Part 2", ": Hoshi", ": Hoshi 2nd Season", " (2003)")
]
NAMES += ["Yuusha Ou Episode 3", "Yuusha Ou 3: Hoshi 2nd Season", "Yuusha Ou Recap", "Hoshi: Yuusha Ou Gaiden"]
YEARS = (None, 2000, 2003, 2006)
TYPES = ("TV", "ONA", "OVA", "Movie", "Special")
ROOT = Path(__file__).parents[2]


def titles(*names: str | tuple[str, dict]) -> list[Title]:
    """Titles with ids, years and audiences in order: each is newer and less known than the one before it."""
    made = []
    for i, name in zip(count(1), names, strict=False):
        name, more = name if isinstance(name, tuple) else (name, {})
        values = {"type": "TV", "members": 1_000_000 - 10_000 * i, "year": 2000 + i, "season": "Spring", **more}
        made.append(Title(i, name, **values))
    return made


def groups(*names: str | tuple[str, dict], brands: Brands | None = None) -> list[set[int]]:
    found = franchise_groups.infer(titles(*names), brands or Brands()).groups
    return [{i for i in found if found[i] == first} for first in sorted(set(found.values()))]


TOGETHER = {
    "season numbers": ("Shingeki no Kyojin", "Shingeki no Kyojin Season 2", "Shingeki no Kyojin Season 3 Part 2"),
    "subtitles": ("Sword Art Online", "Sword Art Online: Alicization", "Sword Art Online Movie: Ordinal Scale"),
    "words added": ("Dragon Ball", "Dragon Ball Z", "Dragon Ball Super"),
    "a coined word": ("Durarara!!", "Durarara!!x2 Shou", "Durarara!! Specials"),
    "marks only": ("K-On!", "K-On!!", "K-On! Movie"),
    "a numbered series of films": ("Kara no Kyoukai 1: Fukan Fuukei", "Kara no Kyoukai 2: Satsujin Kousatsu (Zen)"),
    "a remake": ("Hunter x Hunter", "Hunter x Hunter (2011)"),
    "a word before": ("Tennis no Ouji-sama", "Shin Tennis no Ouji-sama"),
    "subtitles of a long word alone": ("Geobreeders: File-X", "Geobreeders: Mouryou Yuugekitai"),
    "ni after a whole name": ("Yakin Byoutou", "Yakin Byoutou Ni"),
    "a series elsewhere": ("Taiho Shichau zo", "Taiho Shichau zo 2nd Season", "Taiho Shichau zo in America"),
    "a particle before a subtitle": (
        ("Yakunara", {"title_japanese": "やくならマグカップも"}),
        ("Let's Make a Mug", {"title_japanese": "やくならマグカップも 二番窯"}),
    ),
    "a name further on": ("Naruto", ("Boruto: Naruto the Movie", {"members": 300_000})),
}
APART = {
    "a first word": ("Kamisama Hajimemashita", "Kamisama Dolls", "Kamisama ni Natta Hi"),
    "a short name and longer ones": (
        "Air", "Air Gear", "Air Master", "Hitsuji no Air", "Blue Air Time", "Kaze Air Kaze",
    ),
    "a common word that few know as a name": (
        ("Life!", {"members": 500}), ("Life: Jinsei", {"members": 400}), "Aoi Life", "Kaze Life", "Umi Life",
    ),
    "a song of that name": ("Paprika", ("Paprika (Music)", {"type": "Music"})),
    "an exclamation": ("Sakigake!! Cromartie Koukou", "Sakigake!! Otokojuku"),
    "a phrase that goes on": ("Kimi to Boku.", "Kimi to Boku no Saigo no Senjou"),
    "a common beginning": ("Shingeki no Kyojin", "Shingeki no Bahamut: Genesis"),
    "a music video of that name": ("Golden Time", ("Golden", {"type": "Music"}), "Golden Kamuy"),
    "an obscure namesake": ("Golden Time", ("Golden Time (Movie)", {"type": "Movie", "members": 300})),
    "Japanese names that differ": (
        ("Mononoke", {"title_japanese": "モノノ怪"}),
        ("Mononoke Hime", {"title_japanese": "もののけ姫"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOGETHER)
def test_one_franchise(case):
    assert len(groups(*TOGETHER[case], "Unrelated", "Cowboy Bebop")) == 3


@pytest.mark.parametrize("case", APART)
def test_franchises_of_their_own(case):
    assert all(len(group) == 1 for group in groups(*APART[case]))


def test_a_new_season_known_by_its_japanese_name_alone():
    old = ("Dungeon Meshi", {"title_japanese": "ダンジョン飯"})
    assert groups(old, ("ダンジョン飯 第2期", {"title_japanese": "ダンジョン飯 第2期", "members": 0})) == [{1, 2}]


def test_a_crossover_does_not_make_two_franchises_one():
    assert groups("Lupin Sansei", "Meitantei Conan", "Lupin Sansei vs. Meitantei Conan") == [{1, 3}, {2}]


def test_an_adult_parody_stays_apart():
    assert groups("Gakuen Persona", ("Mesu Saga: Gakuen Persona", {"adult": True})) == [{1}, {2}]


class TestBrands:
    def test_a_word_wherever_it_stands_but_not_a_mention(self):
        brands = Brands(words=((("gundam",),),))
        names = ("Mobile Suit Gundam", "SD Gundam Force", "Kimi ga Nozomu Eien", "Kimi ga Nozomu Eien: Gundam Parody")
        assert groups(*names, brands=brands) == [{1, 2}, {3, 4}]

    def test_an_advertisement_is_no_part_of_the_brand(self):
        assert groups("Gundam Wing", "Schick x Gundam", brands=Brands(words=((("gundam",),),))) == [{1}, {2}]

    def test_titles_named_one_by_one(self):
        assert groups("Bakemonogatari", "Nisemonogatari", brands=Brands(ids=((1, 2),))) == [{1, 2}]

    def test_titles_kept_apart_from_what_their_names_tell(self):
        names = ("Nanatsu no Taizai", "Nanatsu no Taizai: Kaze", "Sin: Nanatsu no Taizai", "Nanatsu no Taizai Sin")
        assert groups(*names, brands=Brands(apart=((3, 4),))) == [{1, 2}, {3, 4}]

    def test_the_list_is_well_formed(self):
        brands = franchise_brands.known_brands()
        assert all(words for brand in brands.words for words in brand)
        assert all(len(set(ids)) == len(ids) > 1 for ids in brands.ids)
        assert all(len(set(ids)) == len(ids) > 0 for ids in brands.apart)


def required(*names: str | tuple[str, dict]) -> dict[int, tuple[int, ...]]:
    return {title.anime_id: title.requires for title in franchise.annotate(titles(*names)) if title.requires}


class TestRequires:
    def test_numbered_parts_require_all_before_the_nearest_last(self):
        names = ("Yuusha Ou", "Yuusha Ou 2nd Season", "Yuusha Ou 3rd Season", "Yuusha Ou 3rd Season Part 2")
        assert required(*names) == {2: (1,), 3: (1, 2), 4: (1, 2, 3)}

    def test_subtitles_follow_the_latest_series_before_them(self):
        names = ("Yuusha Ou", "Yuusha Ou: Fukkatsu", ("Yuusha Ou: Gekijouban Hoshi", {"type": "Movie"}))
        assert required(*names) == {2: (1,), 3: (1, 2)}

    def test_a_final_season_is_last(self):
        assert required("Yuusha Ou", "Yuusha Ou: The Final Season", "Yuusha Ou Season 2")[2] == (1,)
        assert required("Yuusha Ou", "Yuusha Ou Season 2", "Yuusha Ou: The Final Season")[3] == (1, 2)

    def test_films_in_numbers_follow_each_other(self):
        movie = {"type": "Movie"}
        names = [(f"Yuusha no Kyoukai {i}: {word}", movie) for i, word in enumerate(("Hoshi", "Kaze", "Hi"), 1)]
        assert required(*names) == {2: (1,), 3: (1, 2)}

    def test_recaps_music_and_advertisements_require_nothing_and_are_required_by_nothing(self):
        names = ("Yuusha Ou", "Yuusha Ou Recap", ("Yuusha Ou Song", {"type": "Music"}), "Yuusha Ou 2nd Season")
        assert required(*names) == {4: (1,)}

    def test_a_remake_by_year_requires_nothing(self):
        assert required("Yuusha Ou", "Yuusha Ou (2019)") == {}

    def test_a_series_watched_far_more_than_the_one_before_is_a_new_beginning(self):
        assert required(("Yuusha Ou", {"members": 1000}), ("Yuusha Ou Gekka", {"members": 900_000})) == {}

    def test_a_special_before_the_series_is_not_required(self):
        assert required(("Yuusha Ou Special", {"type": "Special"}), "Yuusha Ou", "Yuusha Ou II") == {3: (2,)}

    def test_a_brand_of_many_series_orders_nothing(self):
        names = [f"Yuusha Ou {word}" for word in ("Aka", "Ao", "Kiiro", "Midori", "Shiro", "Kuro", "Haiiro")]
        assert required("Yuusha Ou", *names) == {}

    def test_of_relations_in_a_circle_those_against_the_dates_are_left_out(self):
        related = {1: (Relation("prequel", 3),), 2: (Relation("prequel", 1),), 3: (Relation("prequel", 2),)}
        found = franchise.annotate(titles("Alpha Wan", "Beta Tsuu", "Gamma Surii"), related)
        assert [title.requires for title in found] == [(), (1,), (1, 2)]

    def test_a_relation_against_the_dates_is_kept_where_there_is_no_circle(self):
        first, second = franchise.annotate(titles("Alpha Wan", "Beta Tsuu"), {1: (Relation("prequel", 2),)})
        assert (first.requires, first.watch_order) == ((2,), 2)
        assert (second.requires, second.watch_order) == ((), 1)

    def test_a_circle_in_the_corrections_is_refused(self, monkeypatch):
        rows = [{"anime_id": "1", "after": "2"}, {"anime_id": "2", "after": "3"}, {"anime_id": "3", "after": "1"}]
        monkeypatch.setattr(franchise_order, "own_rows", lambda name: rows)
        with pytest.raises(DataError, match="require each other"):
            franchise_order.corrections()

    @given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(YEARS), st.sampled_from(TYPES)), max_size=12))
    def test_no_title_requires_itself_and_all_it_requires_comes_before_it(self, rows):
        found = franchise.annotate(titles(*((name, {"year": year, "type": kind}) for name, year, kind in rows)))
        by_id = {title.anime_id: title for title in found}
        for title in found:
            assert all(by_id[i].watch_order < title.watch_order for i in title.requires)
            assert {j for i in title.requires for j in by_id[i].requires} <= set(title.requires)


UNDATED = {"year": None, "season": None}
#: Titles of 1990 fill the ids before the tested ones, so that undated titles are estimated to be of 1990.
OLD = [(f"Mukashi {'abcdefghijklmnopqrst'[i] * 7}", {"year": 1990}) for i in range(20)]


def watched(*names: tuple[str, dict]) -> list[str]:
    """The names of a franchise in watch order, where undated titles are estimated to be of 1990."""
    found = sorted(franchise.annotate(titles(*OLD, *names))[len(OLD) :], key=lambda title: title.watch_order)
    assert len({title.franchise_id for title in found}) == 1
    return [title.title for title in found]


class TestWatchOrder:
    def test_known_dates_decide(self):
        movie = ("Yuusha Ou Movie", {"type": "Movie", "year": 1995})
        assert watched(("Yuusha Ou 3", {"year": 1994}), ("Yuusha Ou 2", {"year": 1998}), movie) == [
            "Yuusha Ou 3",
            "Yuusha Ou Movie",
            "Yuusha Ou 2",
        ]

    CASES = (
        pytest.param([("Yuusha Ou", 2005), ("Yuusha Ou 2nd Season", None)], id="a later season"),
        pytest.param([("Yuusha Ou 3rd Season", 1985), ("Yuusha Ou", None)], id="an earlier season"),
        pytest.param([("Yuusha Ou 3: Hoshi", 2005), ("Yuusha Ou 3: Hoshi 2nd Season", None)], id="two numbers"),
        pytest.param([("Yuusha Ou", 1991), ("Yuusha Ou: Taikai-hen", None)], id="a longer name"),
        pytest.param([("Yuusha Ou", 2005), ("Yuusha Ou", None)], id="the same name and a higher id"),
        pytest.param([("Yuusha Ou (1985)", 1985), ("Yuusha Ou", None)], id="a remake with its year"),
        pytest.param([("Yuusha Ou", 2005), ("Yuusha Ou (2009)", None)], id="a year in the name"),
        pytest.param([("Yuusha Ou (2005)", 2005), ("Yuusha Ou (2005) 2nd Season", None)], id="a year and a season"),
        pytest.param([("Yuusha Ou", 1985), ("Yuusha Ou 0", None)], id="a number 0 says nothing"),
    )

    @pytest.mark.parametrize("rows", CASES)
    def test_names_correct_estimated_dates(self, rows, request):
        names = [(name, {"year": year, "season": "Spring" if year else None}) for name, year in rows]
        first, second = (name for name, _ in rows)
        swapped = request.node.callspec.id in ("an earlier season", "a remake with its year")
        assert watched(*names) == ([second, first] if swapped else [first, second])

    def test_specials_come_after_their_series(self):
        names = [("Yuusha Ou Specials", {**UNDATED, "type": "Special"}), ("Yuusha Ou", {"year": 1991})]
        assert watched(*names) == ["Yuusha Ou", "Yuusha Ou Specials"]

    def test_seasons_of_a_remake_follow_the_remake(self):
        names = ("Yuusha Ou", ("Yuusha Ou (2005)", {"year": 2005}), ("Yuusha Ou (2005) 2nd Season", UNDATED))
        assert required(*names) == {3: (2,)}

    def test_a_single_episode_is_required_by_nothing(self):
        episode = ("Yuusha Ou Episode 12", {"type": "ONA", "episodes": 1, "year": 2002})
        assert required("Yuusha Ou", episode, "Yuusha Ou: Hoshi") == {2: (1,), 3: (1,)}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        (Title(1, "Naruto", type="TV"), "main"),
        (Title(1, "Gintama Movie 2", type="Movie"), "main"),
        (Title(1, "One Piece Recap", type="OVA"), "recap"),
        (Title(1, "Steins;Gate: Omake", type="TV"), "special"),
        (Title(1, "Christmas", type="Special"), "special"),
        (Title(1, "Yuusha Ou Episode 0", type="ONA", episodes=1), "special"),
        (Title(1, "Yuusha Ou: Episode 2", type="OVA", episodes=4), "main"),
        (Title(1, "Shelter", type="Music"), "music"),
        (Title(1, "Free! Manner Movie", type="Movie"), "music"),
    ],
)
def test_kind(title, kind):
    assert franchise.kind(title) == kind


def test_the_truth_is_well_formed():
    with (ROOT / "docs" / "franchise_truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = [row["anime_id"] for row in rows]
    assert len(set(ids)) == len(ids)
    assert len({row["franchise"] for row in rows if row["set"] != "ignored"}) >= 60


def test_parents_of_one_date_that_need_each_other_lose_the_last_one():
    assert franchise_order.without_cycles({1: (2,), 2: (3,), 3: (1,)}, dict.fromkeys((1, 2, 3), 2000.0)) == {
        1: (2,), 2: (3,), 3: (),
    }  # fmt: skip
