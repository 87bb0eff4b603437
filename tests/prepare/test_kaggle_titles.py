"""Titles of the three Kaggle sets: cleaned, related, and merged into an existing catalogue."""

import csv
from pathlib import Path

import pytest

from recsys.catalogue_build.franchise import Relation
from recsys.errors import DataError
from recsys.prepare import kaggle_titles
from recsys.prepare.kaggle import SCHEMAS, Part, RawFile, read_header
from recsys.types import Title

AZATHOTH = {
    "anime_id": "5114.0", "title": "Fullmetal Alchemist: Brotherhood", "title_english": "FMA&#039;s return",
    "title_japanese": "鋼の錬金術師", "title_synonyms": "FMAB, Hagaren", "image_url": "https://example.org/5114.jpg",
    "type": "TV", "source": "Manga", "episodes": "64", "aired_string": "Apr 5, 2009 to Jul 4, 2010",
    "duration": "24 min per ep", "rating": "R - 17+ (violence & profanity)", "score": "9.25", "members": "793665",
    "premiered": "Spring 2009", "studio": "Bones", "genre": "Action, Military", "aired_from_year": "2009.0",
    "related": "{'Alternative version': [{'mal_id': 121, 'type': 'anime', 'title': 'FMA'}]}",
}  # fmt: skip
COOPER = {
    "anime_id": "32281", "name": "Kimi no Na wa.", "genre": "Drama, Romance", "type": "Movie", "episodes": "1",
    "rating": "9.37", "members": "200630",
}  # fmt: skip
HERNAN = {
    "MAL_ID": "1", "Name": "Cowboy Bebop", "Score": "8.78", "Genres": "Action, Space", "English name": "Cowboy Bebop",
    "Japanese name": "カウボーイビバップ", "Type": "TV", "Episodes": "Unknown", "Aired": "Apr 3, 1998 to Apr 24, 1999",
    "Premiered": "Unknown", "Studios": "Sunrise", "Source": "Original", "Duration": "24 min. per ep.",
    "Rating": "Rx - Hentai", "Members": "1251960",
}  # fmt: skip


def part(tmp_path: Path, schema: int, *rows: dict[str, str]) -> Part:
    path = tmp_path / "anime.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return Part(read_header(path), SCHEMAS[schema].titles)


class TestSchemas:
    def test_azathoth42(self, tmp_path: Path):
        (title,) = kaggle_titles.read([part(tmp_path, 0, AZATHOTH)])
        assert title == Title(
            5114,
            "Fullmetal Alchemist: Brotherhood",
            title_english="FMA's return",
            title_japanese="鋼の錬金術師",
            synonyms=("FMAB", "Hagaren"),
            type="TV",
            source="Manga",
            episodes=64,
            duration_min=24.0,
            year=2009,
            season="Spring",
            genres=("Action", "Military"),
            studios=("Bones",),
            age_rating="R - 17+ (violence & profanity)",
            mean_score=9.25,
            members=793665,
            image_url="https://example.org/5114.jpg",
            franchise_id=5114,
            watch_order=1,
        )

    def test_cooper_union_calls_the_mean_score_rating(self, tmp_path: Path):
        (title,) = kaggle_titles.read([part(tmp_path, 1, COOPER)])
        assert (title.mean_score, title.age_rating, title.episodes) == (9.37, None, 1)

    def test_hernan4444(self, tmp_path: Path):
        (title,) = kaggle_titles.read([part(tmp_path, 2, HERNAN)])
        assert (title.year, title.season, title.episodes, title.duration_min) == (1998, "Spring", None, 24.0)
        assert title.adult
        assert title.title_japanese == "カウボーイビバップ"

    def test_values_with_commas_quotes_and_line_breaks(self, tmp_path: Path):
        odd = {**COOPER, "name": 'A "quoted", long\nname'}
        assert [t.title for t in kaggle_titles.read([part(tmp_path, 1, odd)])] == ['A "quoted", long name']


class TestMergeIntoACatalogue:
    BASE = Title(
        32281,
        "Kimi no Na wa.",
        title_english="Your Name.",
        title_japanese="君の名は。",
        episodes=2,
        year=2016,
        season="Summer",
        anilist_id=21519,
        streaming=(("Netflix", "https://example.org"),),
        members=7,
    )

    def test_the_set_has_priority_and_the_base_fills_gaps(self, tmp_path: Path):
        other = Title(60000, "Newer", members=3)
        title, newer = kaggle_titles.read([part(tmp_path, 1, COOPER)], [self.BASE, other])
        assert (title.episodes, title.members, title.mean_score) == (1, 200630, 9.37)
        assert (title.title_english, title.year, title.season, title.anilist_id) == (
            "Your Name.",
            2016,
            "Summer",
            21519,
        )
        assert title.streaming == self.BASE.streaming
        assert newer.title == "Newer"

    def test_a_season_of_another_year_is_not_used(self, tmp_path: Path):
        row = {**AZATHOTH, "anime_id": "32281", "premiered": "", "aired_string": "", "aired_from_year": "2017.0"}
        (title,) = kaggle_titles.read([part(tmp_path, 0, row)], [self.BASE])
        assert (title.year, title.season) == (2017, None)

    def test_adult_by_either_is_adult(self, tmp_path: Path):
        base = Title(32281, "x", adult=True)
        assert kaggle_titles.read([part(tmp_path, 1, COOPER)], [base])[0].adult


class TestRelated:
    def test_only_relations_to_anime(self):
        text = str(
            {
                "Adaptation": [{"mal_id": 25, "type": "manga"}],
                "Sequel": [{"mal_id": 2, "type": "anime"}, {"mal_id": "x", "type": "anime"}],
            }
        )
        assert kaggle_titles.read_related(text) == (Relation("sequel", 2),)

    @pytest.mark.parametrize(
        "hostile",
        ["[]", "", None, "{", "{'a': 1}", "{1: [2]}", "__import__('os').abort()", "{" * 10_000, "{'a': " + "[" * 5000],
    )
    def test_anything_else_is_not_a_relation(self, hostile):
        assert kaggle_titles.read_related(hostile) == ()

    def test_stated_relations_have_priority_over_names(self, tmp_path: Path):
        def row(anime_id: int, title: str, related: dict) -> dict[str, str]:
            return {
                **AZATHOTH,
                "anime_id": str(anime_id),
                "title": title,
                "related": str(related),
                "title_japanese": "",
            }

        def to(anime_id: int) -> list[dict]:
            return [{"mal_id": anime_id, "type": "anime"}]

        rows = (
            row(1, "Bakemonogatari", {"Sequel": to(2)}),
            row(2, "Nisemonogatari", {"Prequel": to(1), "Character": to(3)}),
            row(3, "Sword Art Online", {"Other": to(1)}),
            row(4, "Sword Art Online II", {"Prequel": to(3)}),
        )
        titles = kaggle_titles.read([part(tmp_path, 0, *rows)])
        assert [t.franchise_id for t in titles] == [1, 1, 3, 3]
        assert [t.requires for t in titles] == [(), (1,), (), (3,)]


class TestBadFiles:
    def test_rows_without_id_or_name_are_skipped(self, tmp_path: Path):
        rows = ({**COOPER, "anime_id": "10e30"}, {**COOPER, "name": " "}, COOPER)
        assert [t.anime_id for t in kaggle_titles.read([part(tmp_path, 1, *rows)])] == [32281]

    def test_no_title_at_all_is_an_error(self, tmp_path: Path):
        with pytest.raises(DataError, match=r"anime\.csv"):
            kaggle_titles.read([part(tmp_path, 1, {**COOPER, "name": ""})])

    def test_a_missing_file_is_an_error(self, tmp_path: Path):
        gone = Part(RawFile(tmp_path / "gone.csv", ("anime_id", "name")), SCHEMAS[1].titles)
        with pytest.raises(DataError, match=r"gone\.csv"):
            kaggle_titles.read([gone])
