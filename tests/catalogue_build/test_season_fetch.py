"""A season comes page by page from a local server that fails in many ways."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from recsys.catalogue_build import season, season_fetch
from recsys.catalogue_build.season_anilist import AniList
from recsys.catalogue_build.season_fetch import Fetcher
from recsys.catalogue_build.season_mal import MyAnimeList
from recsys.errors import DataError
from tests.catalogue_build.season_site import anilist, anilist_page, media, myanimelist, node
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import CLIENT_ID, settings_for

FALL = season.Season(2026, 3)
FIVE = [media(i) for i in range(1, 6)]


def fetcher(site: LocalSite, work: Path, **changes: Any) -> Fetcher:
    return Fetcher(AniList(site.url), FALL, settings_for(site.url, **changes), work)


def mal_fetcher(site: LocalSite, work: Path) -> Fetcher:
    settings = settings_for(site.url)
    source = MyAnimeList(settings)
    return Fetcher(source, FALL, settings, work)


class TestPages:
    def test_all_pages_of_anilist_in_order(self, site: LocalSite, tmp_path: Path, capsys):
        anilist(site, FIVE, per_page=2)
        assert fetcher(site, tmp_path).titles() == FIVE
        asked = [request.body["variables"] for request in site.requests]
        assert [(one["page"], one["perPage"], one["season"], one["year"]) for one in asked] == [
            (page, 50, "FALL", 2026) for page in (1, 2, 3)
        ]
        assert "page 3, 5 titles" in capsys.readouterr().err

    def test_all_pages_of_myanimelist_with_adult_titles(self, site: LocalSite, tmp_path: Path):
        nodes = [node(i) for i in range(1, 131)]
        myanimelist(site, nodes)
        assert mal_fetcher(site, tmp_path).titles() == nodes
        first, second = site.requests
        assert first.path.startswith("/v2/anime/season/2026/fall?")
        assert "nsfw=true" in first.path
        assert "offset=100" in second.path
        assert first.headers["X-MAL-CLIENT-ID"] == CLIENT_ID

    def test_an_empty_season(self, site: LocalSite, tmp_path: Path):
        anilist(site, [])
        assert fetcher(site, tmp_path).titles() == []

    def test_a_season_that_myanimelist_does_not_have_is_empty(self, site: LocalSite, tmp_path: Path):
        site.replies(Reply({"error": "not_found"}, status=404))
        assert mal_fetcher(site, tmp_path).titles() == []

    def test_an_endless_season_is_refused(self, site: LocalSite, tmp_path: Path, monkeypatch):
        monkeypatch.setattr(season_fetch, "MAX_PAGES", 3)
        site.replies(Reply(anilist_page(FIVE, more=True)))
        with pytest.raises(DataError, match="more than 3 pages"):
            fetcher(site, tmp_path).titles()
        assert len(site.requests) == 3
        assert list(tmp_path.iterdir()) == []


class TestSingleTitles:
    def test_anilist_is_asked_for_those_with_an_anilist_id(self, site: LocalSite, tmp_path: Path):
        anilist(site, FIVE)
        assert fetcher(site, tmp_path).single({1: 100_001, 2: None, 99: 100_099}) == ([FIVE[0]], {1, 99})
        assert len(site.requests) == 1

    def test_myanimelist_is_asked_for_each(self, site: LocalSite, tmp_path: Path):
        myanimelist(site, [node(1)])
        assert mal_fetcher(site, tmp_path).single({1: None, 2: None}) == ([node(1)], {1, 2})

    def test_only_so_many_are_asked_for(self, site: LocalSite, tmp_path: Path, monkeypatch):
        monkeypatch.setattr(season_fetch, "MAX_SINGLE", 2)
        myanimelist(site, [])
        assert mal_fetcher(site, tmp_path).single(dict.fromkeys(range(1, 9))) == ([], {1, 2})


class TestFailures:
    @pytest.mark.parametrize(
        "failure",
        [
            pytest.param(Reply({}, 429, {"Retry-After": "0"}), id="throttled"),
            pytest.param(
                Reply({"errors": [{"message": "Too Many Requests.", "status": 429}]}), id="throttled in a 200"
            ),
            pytest.param(Reply(b"down", 502), id="bad gateway"),
            pytest.param(Reply({"data": None, "errors": [{"status": 500}]}), id="error in a 200"),
            pytest.param(Reply(anilist_page(FIVE), cut=100), id="broken off"),
        ],
    )
    def test_passing_ones_are_repeated(self, site: LocalSite, tmp_path: Path, failure: Reply):
        site.replies(failure, Reply(anilist_page(FIVE)))
        assert fetcher(site, tmp_path).titles() == FIVE
        assert len(site.requests) == 2

    def test_retry_after_is_waited_for(self, site: LocalSite, tmp_path: Path):
        site.replies(Reply({}, 429, {"Retry-After": "1"}), Reply(anilist_page(FIVE)))
        assert fetcher(site, tmp_path).titles() == FIVE
        first, second = site.requests
        assert second.time - first.time >= 1

    @pytest.mark.parametrize("reset", ["0", "99999999999", "soon", None])
    def test_a_used_up_limit_is_waited_for_whatever_the_clock_says(self, site: LocalSite, tmp_path: Path, reset):
        headers = {"X-RateLimit-Remaining": "0"} | ({"X-RateLimit-Reset": reset} if reset else {})
        site.replies(Reply(anilist_page(FIVE[:3], more=True), headers=headers), Reply(anilist_page(FIVE[3:])))
        assert fetcher(site, tmp_path, rate_window=0.2).titles() == FIVE
        first, second = site.requests
        assert second.time - first.time >= 0.2

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            pytest.param(
                Reply(json.dumps(anilist_page(FIVE)).encode()[:300]), "does not understand", id="half of the JSON"
            ),
            pytest.param(Reply(b"<html>maintenance</html>"), "does not understand", id="a web page"),
            pytest.param(
                Reply({"data": {"Page": {"media": [], "pageInfo": None}}}), "does not understand", id="no pageInfo"
            ),
            pytest.param(Reply({"data": None}), "does not understand", id="no page"),
            pytest.param(Reply({"errors": [{"status": 400}]}, 400), "does not understand", id="refused query"),
            pytest.param(Reply({"errors": ["x"]}, 403), "refuses this machine", id="forbidden"),
            pytest.param(Reply({}, 429, {"Retry-After": "3600"}), "too many requests", id="an hour's pause"),
            pytest.param(Reply({}, 503), "is down", id="down"),
            pytest.param(Reply(anilist_page(FIVE), cut=100), "broke off", id="always broken off"),
        ],
    )
    def test_lasting_ones_are_one_clear_line(self, site: LocalSite, tmp_path: Path, reply: Reply, reason: str):
        site.replies(reply)
        with pytest.raises(DataError, match=reason) as raised:
            fetcher(site, tmp_path).titles()
        assert "\n" not in str(raised.value)
        assert "Nothing was changed" in str(raised.value)

    def test_an_unreachable_host(self, tmp_path: Path):
        settings = settings_for("http://127.0.0.1:1")
        with pytest.raises(DataError, match="cannot be reached"):
            Fetcher(AniList("http://127.0.0.1:1"), FALL, settings, tmp_path).titles()

    def test_a_refused_client_id(self, site: LocalSite, tmp_path: Path):
        site.replies(Reply({"error": "invalid_client"}, status=400))
        with pytest.raises(DataError, match="MAL_CLIENT_ID") as raised:
            mal_fetcher(site, tmp_path).titles()
        assert CLIENT_ID not in str(raised.value)


class TestResuming:
    def fail_on_page(self, site: LocalSite, failing: int) -> None:
        anilist(site, FIVE, per_page=2)
        whole = site.answer
        site.answer = lambda request: (
            Reply(b"half", 200) if request.body["variables"].get("page") == failing else whole(request)
        )

    def failed(self, site: LocalSite, work: Path) -> None:
        """A run that failed on the third page."""
        self.fail_on_page(site, 3)
        with pytest.raises(DataError, match="goes on"):
            fetcher(site, work).titles()
        site.requests.clear()
        anilist(site, FIVE, per_page=2)

    def test_a_failed_run_goes_on_where_it_was(self, site: LocalSite, tmp_path: Path):
        self.failed(site, tmp_path)
        assert fetcher(site, tmp_path).titles() == FIVE
        assert [request.body["variables"]["page"] for request in site.requests] == [3]

    def test_a_page_that_was_half_written_is_fetched_again(self, site: LocalSite, tmp_path: Path):
        self.failed(site, tmp_path)
        page = next(tmp_path.glob("*/page-2.json"))
        page.write_text(page.read_text()[:50])
        assert fetcher(site, tmp_path).titles() == FIVE
        assert [request.body["variables"]["page"] for request in site.requests] == [2, 3]

    @pytest.mark.parametrize("hours", [13, -5], ids=["too old", "from the future"])
    def test_stale_pages_are_removed(self, site: LocalSite, tmp_path: Path, hours: int):
        self.failed(site, tmp_path)
        then = time.time() - hours * 3600
        for page in tmp_path.glob("*/*.json"):
            os.utime(page, (then, then))
        again = fetcher(site, tmp_path)
        assert list(tmp_path.iterdir()) == []
        assert again.titles() == FIVE
        assert len(site.requests) == 3

    def test_pages_of_another_request_are_not_used(self, site: LocalSite, tmp_path: Path, monkeypatch):
        self.failed(site, tmp_path)
        monkeypatch.setattr(AniList, "request", "another query")
        assert fetcher(site, tmp_path).titles() == FIVE
        assert len(site.requests) == 3

    def test_other_folders_are_left_alone(self, site: LocalSite, tmp_path: Path):
        other = tmp_path / "my-own-notes" / "page-1.json"
        other.parent.mkdir()
        other.write_text("x")
        os.utime(other, (0, 0))
        fetcher(site, tmp_path).forget()
        assert other.exists()

    def test_a_folder_that_cannot_be_written_to_is_named(self, site: LocalSite, tmp_path: Path):
        (tmp_path / "file").write_text("")
        anilist(site, FIVE)
        with pytest.raises(DataError, match="--work"):
            fetcher(site, tmp_path / "file").titles()
