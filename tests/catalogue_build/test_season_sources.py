"""Titles as AniList's and MyAnimeList's APIs send them become facts in MyAnimeList's words."""

import datetime as dt

import pytest

from recsys.catalogue_build import clean, season
from recsys.catalogue_build.franchise_relations import Relation
from recsys.catalogue_build.season_anilist import AniList
from recsys.catalogue_build.season_mal import MyAnimeList
from recsys.errors import DataError
from recsys.lists.errors import ClientIdError
from tests.catalogue_build.season_site import media, node, relation
from tests.lists.makers import settings_for

ANILIST = AniList("http://localhost")
MAL = MyAnimeList(settings_for("http://localhost"))


class TestSeason:
    NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)

    def test_text_and_back(self):
        assert str(season.parse(" 2026-Fall ", self.NOW)) == "2026-fall"

    @pytest.mark.parametrize(
        "text",
        ["", "fall", "2026", "2026-autumn", "26-fall", "1800-fall", "9999-fall", "2026-fall-1", "\u0662026-fall"],
    )
    def test_any_other_text_is_refused(self, text):
        with pytest.raises(DataError, match="2026-fall"):
            season.parse(text, self.NOW)

    @pytest.mark.parametrize(
        ("word", "expected"), [("last", "2026-summer"), ("this", "2026-fall"), ("next", "2027-winter")]
    )
    def test_seasons_near_today(self, word, expected):
        assert str(season.parse(word, self.NOW)) == expected

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [("2026-09-30T14:59:00+00:00", "2026-summer"), ("2026-09-30T15:00:00+00:00", "2026-fall"),
         ("2026-12-31T14:59:59+00:00", "2026-fall"), ("2026-12-31T10:00:00-08:00", "2027-winter")],
    )  # fmt: skip
    def test_a_season_begins_at_midnight_in_japan(self, moment, expected):
        assert str(season.parse("this", dt.datetime.fromisoformat(moment))) == expected

    def test_a_clock_before_anime_is_refused(self):
        with pytest.raises(DataError, match="clock"):
            season.parse("this", dt.datetime(1890, 1, 1, tzinfo=dt.UTC))


class TestAniList:
    def test_facts_in_myanimelists_words(self):
        entry = media(
            7,
            title={"romaji": "Kumo no Uta", "english": "Song of Clouds", "native": "雲の歌"},
            synonyms=["KnU"],
            format="TV_SHORT",
            source="LIGHT_NOVEL",
            genres=["Thriller", "Mecha"],
            averageScore=78,
        )
        facts = ANILIST.read(entry, "2026-11").facts
        assert facts is not None
        assert (facts.by, facts.seen, facts.anime_id, facts.anilist_id) == ("AniList", "2026-11", 7, 100_007)
        assert (facts.title, facts.title_english, facts.title_japanese) == ("Kumo no Uta", "Song of Clouds", "雲の歌")
        assert (facts.type, facts.source, facts.status) == ("TV", "Light novel", "Not yet aired")
        assert (facts.genres, facts.themes) == (("Suspense",), ("Mecha",))
        assert (facts.year, facts.season, facts.aired_from) == (2026, "Fall", dt.date(2026, 10, 4))
        assert (facts.mean_score, facts.members, facts.studios) == (7.8, 500, ("Studio Kumo",))

    def test_tags_by_rank_without_spoilers(self):
        tags = [
            ("Noir", 40, False),
            ("Twist", 99, True),
            ("School", 90, False),
            ("Boats", 5, False),
            ("Odd", None, False),
        ]
        entry = media(7, tags=[{"name": n, "rank": r, "isMediaSpoiler": s} for n, r, s in tags])
        facts = ANILIST.read(entry, "2026-11").facts
        assert facts is not None
        assert facts.tags == ("School", "Noir")

    def test_only_main_studios(self):
        edges = [{"isMain": False, "node": {"name": "Kumo TV"}}, {"isMain": True, "node": {"name": "Kumo"}}]
        facts = ANILIST.read(media(7, studios={"edges": edges}), "2026-11").facts
        assert facts is not None
        assert facts.studios == ("Kumo",)

    def test_relations_to_anime_of_one_franchise(self):
        edges = [
            relation("PREQUEL", 5), relation("CHARACTER", 6), relation("ADAPTATION", 8, "MANGA"),
            relation("SIDE_STORY", 9, "MANGA"), {"relationType": "SEQUEL", "node": None}, None,
        ]  # fmt: skip
        listed = ANILIST.read(media(7, relations={"edges": edges}), "2026-11")
        assert listed.related == (Relation("prequel", 5),)

    def test_new_words_are_unknown_and_counted(self):
        listed = ANILIST.read(media(7, format="HOLOGRAM", status="DREAMT", source="SMELL"), "2026-11")
        assert listed.facts is not None
        assert (listed.facts.type, listed.facts.status, listed.facts.source) == (None, None, None)
        assert listed.unknown == ("type HOLOGRAM", "status DREAMT", "source SMELL")

    @pytest.mark.parametrize(("status", "word"), [("CANCELLED", "Cancelled"), ("HIATUS", "Currently Airing")])
    def test_every_status_has_a_word(self, status, word):
        listed = ANILIST.read(media(7, status=status), "2026-11")
        assert (listed.facts and listed.facts.status, listed.unknown) == (word, ())
        assert word in clean.STATUSES

    def test_a_day_is_known_only_with_its_month_and_year_but_the_year_alone_counts(self):
        entry = media(7, startDate={"year": 2027, "month": None, "day": None}, season=None, seasonYear=None)
        facts = ANILIST.read(entry, "2026-11").facts
        assert facts is not None
        assert (facts.aired_from, facts.year, facts.season) == (None, 2027, None)

    @pytest.mark.parametrize("entry", [None, 5, "x", [], {}, media(None), media(-4), media(0), media(2**40)])
    def test_a_title_without_a_myanimelist_id_has_no_facts(self, entry):
        assert ANILIST.read(entry, "2026-11").facts is None

    def test_absurd_values_are_unknown(self):
        entry = media(
            7, episodes=10**9, duration=-3, averageScore=900, popularity=-1, seasonYear=90210, isAdult="yes",
            startDate={"year": 99999, "month": 13, "day": 99}, coverImage={"large": "https://evil.example/a.jpg"},
            title={"romaji": ["x"], "english": "", "native": None}, synonyms="abc", genres={"a": 1}, tags=7,
            studios=[1], relations="x", season="MONSOON",
        )  # fmt: skip
        facts = ANILIST.read(entry, "2026-11").facts
        assert facts is not None
        assert (facts.episodes, facts.duration_min, facts.mean_score, facts.members, facts.year) == (None,) * 3 + (
            0,
            None,
        )
        assert (facts.aired_from, facts.image_url, facts.adult, facts.season) == (None, None, False, None)
        assert (facts.synonyms, facts.genres, facts.tags, facts.studios) == ((), (), (), ())

    def test_adult_titles_are_marked(self):
        facts = ANILIST.read(media(7, isAdult=True), "2026-11").facts
        assert facts is not None
        assert facts.adult


class TestMyAnimeList:
    def test_facts(self):
        genres = [{"name": "Drama"}, {"name": "Mecha"}, {"name": "Seinen"}]
        names = {"synonyms": ["KnU", ""], "en": "Song of Clouds", "ja": "雲の歌"}
        entry = node(7, title="Kumo no Uta", alternative_titles=names, genres=genres, mean=7.51, num_scoring_users=90)
        facts = MAL.read(entry, "2026-11").facts
        assert facts is not None
        assert (facts.by, facts.title, facts.title_english, facts.synonyms) == (
            "MyAnimeList", "Kumo no Uta", "Song of Clouds", ("KnU",)
        )  # fmt: skip
        assert (facts.type, facts.source, facts.status, facts.age_rating) == (
            "TV", "Light novel", "Not yet aired", "PG-13 - Teens 13 or older"
        )  # fmt: skip
        assert (facts.genres, facts.themes, facts.demographics) == (("Drama",), ("Mecha",), ("Seinen",))
        assert (facts.year, facts.season, facts.duration_min, facts.episodes) == (2026, "Fall", 24, None)
        assert (facts.mean_score, facts.scored_by, facts.members) == (7.51, 90, 1000)
        assert facts.image_url == "https://cdn.myanimelist.net/images/a.jpg"

    @pytest.mark.parametrize(
        ("word", "kind"), [("tv_special", "Special"), ("pv", "Special"), ("ona", "ONA"), ("unknown", None)]
    )
    def test_types(self, word, kind):
        listed = MAL.read(node(7, media_type=word), "2026-11")
        assert (listed.facts and listed.facts.type, listed.unknown) == (kind, ())

    @pytest.mark.parametrize("word", ["4_koma_manga", "mixed_media", "web_novel", "other"])
    def test_sources_are_words_of_the_catalogue(self, word):
        listed = MAL.read(node(7, source=word), "2026-11")
        assert ((listed.facts and listed.facts.source) or "").lower().replace(" ", "_").replace("-", "_") == word

    def test_new_words_are_unknown_and_counted(self):
        listed = MAL.read(node(7, media_type="hologram", status="dreamt", source="smell"), "2026-11")
        assert listed.unknown == ("type hologram", "status dreamt", "source smell")

    @pytest.mark.parametrize("changes", [{"rating": "rx"}, {"nsfw": "black"}, {"genres": [{"name": "Hentai"}]}])
    def test_adult_titles_are_marked(self, changes):
        facts = MAL.read(node(7, **changes), "2026-11").facts
        assert facts is not None
        assert facts.adult

    @pytest.mark.parametrize("entry", [None, 5, [], {}, {"id": "x"}])
    def test_an_entry_without_an_id_has_no_facts(self, entry):
        assert MAL.read(entry, "2026-11").facts is None

    def test_a_client_id_is_needed(self):
        with pytest.raises(ClientIdError, match="MAL_CLIENT_ID"):
            MyAnimeList(settings_for("http://localhost", mal_client_id=""))
