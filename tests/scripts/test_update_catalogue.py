"""The command updates artifacts from a local AniList or MyAnimeList, or leaves them as they are."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import recsys
from recsys.catalogue_build import franchise, origins, season_fetch
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.merge import MAL, merge
from recsys.data import catalogue, manifest
from recsys.lists import limits
from recsys.types import Title
from scripts import update_catalogue
from tests.catalogue_build.season_site import anilist, media, myanimelist, node, relation
from tests.lists.local_site import LocalSite, Reply, running
from tests.lists.makers import CLIENT_ID

SHIPPED = Path(__file__).parents[2] / "artifacts"
OLD = [
    Facts(anime_id=900_001, by=MAL, seen="2026-08", title="Kumo no Uta", type="TV", year=2025, members=90_000),
    Facts(anime_id=900_002, by=MAL, seen="2026-08", title="Hoshi", year=2026, season="Fall", status="Not yet aired"),
]
SEASON = [
    media(900_003, title={"romaji": "Kumo no Uta 2nd Season", "english": None, "native": None}),
    media(900_004, title={"romaji": "Umi", "english": None, "native": None}, format="HOLOGRAM", isAdult=True),
    media(None),
]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSite]:
    patient = season_fetch.patient
    monkeypatch.setattr(limits, "_hosts", {})
    monkeypatch.setattr(season_fetch, "patient", lambda settings: replace(patient(settings), backoff=0.01, rate=1000))
    with running() as server:
        monkeypatch.setenv("ANILIST_API_URL", server.url)
        monkeypatch.setenv("MAL_API_URL", f"{server.url}/v2")
        monkeypatch.setenv("MAL_CLIENT_ID", CLIENT_ID)
        yield server


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    merged = merge(OLD)
    with manifest.writing(folder, data_set="made up", sources=[{"name": "one", "version": "1"}]) as batch:
        catalogue.add_to(batch, franchise.annotate(merged.titles), licence="ODbL-1.0")
        origins.write(merged.origins, batch.path(origins.FILE))
    return folder


@pytest.fixture
def options(out: Path, tmp_path: Path) -> list[str]:
    return ["--season", "2026-fall", "--out", str(out), "--work", str(tmp_path / "work")]


def titles(out: Path) -> dict[int, Title]:
    path = manifest.read(out).path(catalogue.FILE)
    return {title.anime_id: title for title in catalogue.Catalogue.load(path).titles()}


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_new_titles_of_anilist_join_the_catalogue_and_the_manifest_says_so(site, out, options, tmp_path, capsys):
    anilist(site, SEASON, per_page=2)
    assert update_catalogue.main(options) == 0
    found = titles(out)
    assert found.keys() == {900_001, 900_002, 900_003, 900_004}
    assert (found[900_003].franchise_id, found[900_003].requires) == (900_001, (900_001,))
    assert (found[900_004].type, found[900_004].adult) == (None, True)
    described = manifest.read(out)
    for name in (catalogue.FILE, catalogue.FRANCHISES, origins.FILE):
        described.path(name)
    first, second = described.files[catalogue.FILE]["sources"]
    assert first == {"name": "one", "version": "1"}
    assert (second["name"], second["version"]) == ("AniList's API", "2026-fall")
    assert (second["titles"], second["new"]) == (2, 2)
    assert (second["skipped"], second["unknown_words"]) == ({"no MyAnimeList id": 1}, {"type HOLOGRAM": 1})
    assert described.files[catalogue.FRANCHISES]["licence"] == "ODbL-1.0"
    printed = capsys.readouterr()
    assert "2 titles, 2 new" in printed.out
    assert "no MyAnimeList id (1)" in printed.out
    assert "page 2" in printed.err
    assert list((tmp_path / "work").iterdir()) == []


def test_a_second_run_changes_nothing_and_is_recorded_once(site, out, options):
    anilist(site, SEASON)
    assert update_catalogue.main(options) == 0
    before = titles(out)
    assert update_catalogue.main(options) == 0
    assert titles(out) == before
    names = [one["name"] for one in manifest.read(out).files[catalogue.FILE]["sources"]]
    assert names == ["one", "AniList's API"]


def test_a_season_of_myanimelist(site, out, options):
    myanimelist(site, [node(900_003, title="Kumo no Uta 2nd Season", nsfw="black"), node(900_002, title="Hoshi")])
    assert update_catalogue.main([*options, "--source", "mal"]) == 0
    found = titles(out)
    assert (found[900_003].franchise_id, found[900_003].adult, found[900_003].members) == (900_001, True, 1000)
    assert found[900_002].status == "Not yet aired"


def test_a_planned_title_that_its_source_no_longer_has_is_cancelled(site, out, options):
    myanimelist(site, [node(900_003)])
    assert update_catalogue.main([*options, "--source", "mal"]) == 0
    assert titles(out)[900_002].status == "Cancelled"
    assert manifest.read(out).files[catalogue.FILE]["sources"][-1]["withdrawn"] == [900_002]


def test_a_planned_title_that_moved_to_another_season_is_found_there(site, out, options):
    moved = node(900_002, title="Hoshi", start_season={"year": 2027, "season": "winter"}, start_date="2027-01-05")
    myanimelist(site, [node(900_003)], others=[moved])
    assert update_catalogue.main([*options, "--source", "mal"]) == 0
    title = titles(out)[900_002]
    assert (title.status, title.year, title.season) == ("Not yet aired", 2027, "Winter")


@pytest.mark.parametrize(
    ("more", "says"),
    [(["--season", "2026-autumn"], "2026-fall"), (["--source", "mal"], "MAL_CLIENT_ID"), ([], "no titles")],
    ids=["season", "client id", "empty season"],
)
def test_what_cannot_be_asked_is_one_line_and_status_2(site, out, options, more, says, capsys, monkeypatch):
    monkeypatch.delenv("MAL_CLIENT_ID")
    anilist(site, [])
    before = contents(out)
    assert update_catalogue.main([*options, *more]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert says in line
    assert contents(out) == before


def test_an_unreachable_host_changes_nothing(site, out, options, capsys, monkeypatch):
    monkeypatch.setenv("ANILIST_API_URL", "http://127.0.0.1:1")
    before = contents(out)
    assert update_catalogue.main(options) == 2
    assert "cannot be reached" in capsys.readouterr().err
    assert contents(out) == before


def test_a_failed_run_changes_nothing_and_the_next_one_goes_on(site, out, options):
    anilist(site, SEASON, per_page=2)
    whole = site.answer
    site.answer = lambda request: Reply(b"half") if request.body["variables"].get("page") == 2 else whole(request)
    before = contents(out)
    assert update_catalogue.main(options) == 2
    assert contents(out) == before
    site.requests.clear()
    anilist(site, SEASON, per_page=2)
    assert update_catalogue.main(options) == 0
    assert [request.body["variables"].get("page") for request in site.requests] == [2]


def test_a_change_by_another_command_meanwhile_is_not_undone(site, out, options, capsys):
    anilist(site, SEASON)
    answer = site.answer

    def meanwhile(request):
        with manifest.writing(out, data_set="of another command") as batch:
            catalogue.add_to(batch, list(titles(out).values()))
        return answer(request)

    site.answer = meanwhile
    assert update_catalogue.main(options) == 2
    assert "meanwhile" in capsys.readouterr().err
    assert manifest.read(out).files[catalogue.FILE]["data_set"] == "of another command"


@pytest.mark.parametrize("missing", [manifest.NAME, catalogue.FILE, catalogue.FRANCHISES, origins.FILE])
def test_artifacts_that_are_not_complete_are_refused(site, out, options, missing, capsys):
    anilist(site, SEASON)
    (out / missing).unlink()
    assert update_catalogue.main(options) == 2
    assert missing in capsys.readouterr().err
    assert site.requests == []


@pytest.fixture(scope="module")
def shipped() -> dict[int, Title]:
    return titles(SHIPPED)


@pytest.fixture(scope="module")
def updated(tmp_path_factory, shipped: dict[int, Title]) -> Path:
    """The shipped artifacts after an update with sixty titles, before, between and after their own."""
    folder = tmp_path_factory.mktemp("shipped")
    shutil.copytree(SHIPPED, folder / "artifacts")
    free = [i for i in range(2, 90_000, 37) if i not in shipped]
    ids = [*free[:: len(free) // 58][:58], 200_001, 200_002]
    season = [
        media(i, id=9_000_000 + i, title={"romaji": f"Xyzzyx {i} Qwv", "english": None, "native": None}) for i in ids
    ]
    season[-1]["title"]["romaji"] = "Sousou no Frieren 7th Season"
    season[-2] |= {"relations": {"edges": [relation("PREQUEL", 52_991)]}}
    with pytest.MonkeyPatch.context() as patch, running() as server:
        patch.setenv("ANILIST_API_URL", server.url)
        patch.setattr(limits, "_hosts", {})
        anilist(server, season)
        given = ["--season", "2031-fall", "--out", str(folder / "artifacts"), "--work", str(folder / "work")]
        assert update_catalogue.main(given) == 0
    return folder / "artifacts"


@pytest.fixture(scope="module")
def updated_titles(updated: Path) -> dict[int, Title]:
    return titles(updated)


@pytest.fixture(scope="module")
def before(shipped_engine: recsys.Engine) -> recsys.Engine:
    return shipped_engine


@pytest.fixture(scope="module")
def after(updated: Path) -> recsys.Engine:
    return recsys.load(updated)


class TestShipped:
    def test_no_title_changed_and_new_ones_join_their_series(
        self, shipped: dict[int, Title], updated_titles: dict[int, Title]
    ):
        before, after = shipped, updated_titles
        assert len(after) == len(before) + 60
        assert {i: after[i] for i in before} == before
        assert after[200_001].franchise_id == after[200_002].franchise_id == before[52_991].franchise_id
        assert 52_991 in after[200_002].requires

    def test_every_model_recommends_as_before(self, before: recsys.Engine, after: recsys.Engine):
        fan = recsys.Profile(scores={5114: 9, 1535: 8, 30276: 4}, seen={20, 200_001}, planned={200_002})
        for model in ("popularity", "svd", "neural"):
            assert after.recommend(fan, model=model) == before.recommend(fan, model=model)
            old, new = after.predict(fan, [21, 200_002], model=model)
            assert before.predict(fan, [21], model=model) == [old]
            assert new.fallback

    def test_the_hybrid_scores_and_ranks_new_titles_at_once(
        self, before: recsys.Engine, after: recsys.Engine, updated_titles: dict[int, Title]
    ):
        fan = recsys.Profile(scores={5114: 9, 1535: 8, 30276: 4})
        old, new = after.predict(fan, [21, 200_002], model="hybrid")
        assert before.predict(fan, [21], model="hybrid")[0].predicted == pytest.approx(old.predicted, abs=1e-4)
        assert new.fallback is None
        scored = after.score_all(fan, "hybrid")
        assert set(scored.anime_ids.tolist()) == set(updated_titles)
        was, now = ([pick.anime_id for pick in engine.recommend(fan, "hybrid", 10)] for engine in (before, after))
        assert len(set(was) & set(now)) >= 9

    def test_names_find_new_titles(self, after: recsys.Engine):
        assert after.search("sousou no frieren 7th season", n=1)[0].anime_id == 200_002

    def test_the_manifest_stays_readable(self, updated: Path):
        sources = json.loads((updated / manifest.NAME).read_text())["files"][catalogue.FILE]["sources"]
        assert sources[-1]["version"] == "2031-fall"
        assert len(sources) == len(manifest.read(SHIPPED).files[catalogue.FILE]["sources"]) + 1
