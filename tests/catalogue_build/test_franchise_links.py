"""What collections and TheTVDB join, on small catalogues whose right answer is known."""

from recsys.catalogue_build import franchise, franchise_groups, franchise_links
from recsys.catalogue_build.franchise_brands import Brands
from recsys.catalogue_build.franchise_links import Links
from recsys.catalogue_build.tvdb import Season
from recsys.types import Title

NEW = 60_000


def groups(titles: list[Title], links: Links, brands: Brands | None = None) -> list[set[int]]:
    inferred = franchise_groups.infer(titles, brands or Brands(), links.collections)
    found = franchise_links.join(inferred, {title.anime_id: title for title in titles}, links)
    return [{i for i in found if found[i] == first} for first in sorted(set(found.values()))]


def tv(anime_id: int, name: str, **more) -> Title:
    return Title(anime_id, name, **{"type": "TV", "episodes": 12, "members": 1000, **more})


ONE, TWO, QUARTET = tv(1, "Hoshi Monogatari"), tv(2, "Kaze no Uta"), tv(3, "Isekai Yonjuusou")


def test_a_collection_alone_joins_no_older_titles():
    """Two series that meet in a crossover are in one collection."""
    assert groups([ONE, TWO, QUARTET], Links({"Hoshi": [1, 2, 3]})) == [{1}, {2}, {3}]


def test_regular_seasons_of_one_series_within_a_collection_are_joined():
    seasons = {1: Season(7, 1, 0), 2: Season(7, 2, 0), 3: Season(7, 0, 0)}
    assert groups([ONE, TWO, QUARTET], Links({"Hoshi": [1, 2, 3]}, seasons)) == [{1, 2}, {3}]
    assert groups([ONE, TWO, QUARTET], Links({"Hoshi": [1], "Kaze": [2]}, seasons)) == [{1}, {2}, {3}]


def test_a_name_that_begins_another_joins_within_a_collection():
    titles = [tv(1, "Sora", members=10), tv(2, "Sora e no Michi", members=90_000)]
    assert groups(titles, Links()) == [{1}, {2}]
    assert groups(titles, Links({"Sora": [1, 2]})) == [{1, 2}]


def test_a_translated_name_joins_within_a_collection():
    titles = [tv(1, "Hoshi Monogatari"), tv(2, "Seiza no Uta", synonyms=("Hoshi Monogatari",))]
    assert groups(titles, Links()) == [{1}, {2}]
    assert groups(titles, Links({"Hoshi": [1, 2]})) == [{1, 2}]


def test_a_first_word_that_is_a_sentence_is_no_name_of_a_series():
    """ "Okaeri!" begins names of strangers; within one collection it may be a series' name."""
    names = ("Okaeri! Chibi Dragon", "Okaeri! Chibi Dragon Season 2", "Okaeri, Sensei", "Okaeri, Tonari no Kimi")
    titles = [tv(i, name) for i, name in enumerate(names, 1)]
    assert groups(titles, Links()) == [{1, 2}, {3}, {4}]
    assert groups(titles, Links({"Okaeri": [1, 2, 3, 4]})) == [{1, 2, 3, 4}]
    assert groups([tv(1, "Okaeri: A"), tv(2, "Okaeri: B"), tv(3, "Okaeri: C"), tv(4, "Okaeri: D")], Links()) == [
        {1, 2, 3, 4}
    ]


def test_a_new_title_joins_the_only_series_of_its_collection():
    assert groups([ONE, tv(NEW, "Yoru no Tsuki")], Links({"Hoshi": [1, NEW]})) == [{1, NEW}]


def test_a_new_title_joins_none_of_several_series():
    assert groups([ONE, TWO, tv(NEW, "Yoru no Tsuki")], Links({"Hoshi": [1, 2, NEW]})) == [{1}, {2}, {NEW}]


def test_several_new_series_that_meet_in_one_collection_stay_apart():
    titles = [ONE, tv(NEW, "Yoru no Tsuki"), tv(NEW + 1, "Asa no Hikari")]
    assert groups(titles, Links({"Hoshi": [1, NEW, NEW + 1]})) == [{1}, {NEW}, {NEW + 1}]


def test_songs_stay_apart():
    assert groups([ONE, tv(NEW, "Yoru no Tsuki", type="Music")], Links({"Hoshi": [1, NEW]})) == [{1}, {NEW}]


def test_titles_kept_apart_by_hand_stay_apart():
    seasons = {1: Season(7, 1, 0), 2: Season(7, 2, 0)}
    links = Links({"Hoshi": [1, 2]}, seasons)
    assert groups([ONE, TWO], links, Brands(apart=((2,),))) == [{1}, {2}]


def test_a_name_inside_another_is_no_evidence_against_a_collection():
    famous = tv(1, "Tsukihime", members=900_000)
    titles = [famous, tv(2, "Hoshi: Tsukihime"), tv(3, "Hoshi")]
    assert {1, 2} <= groups(titles, Links())[0]
    assert groups(titles, Links({"Hoshi": [2, 3]})) == [{1}, {2, 3}]


def test_annotate_uses_links():
    first, second = franchise.annotate([ONE, tv(NEW, "Yoru no Tsuki")], links=Links({"Hoshi": [1, NEW]}))
    assert (first.franchise_id, second.franchise_id) == (1, 1)
