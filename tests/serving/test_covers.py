"""Covers come in the background, once for everybody, and hosts that fail are left in peace."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from recsys.errors import SettingError
from recsys.serving.cover_fetch import HostError, NoCoverError
from recsys.serving.covers import Covers, Look
from recsys.settings import COVER_HOSTS, CoverSettings
from tests.lists.local_site import LocalSite, Reply
from tests.pictures import image_site, poster

POSTER = poster("a", (200, 280))
NONE, WAITING = Look(None), Look(None, True)


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with image_site() as site:
        yield site


@pytest.fixture
def settings(site, tmp_path) -> CoverSettings:
    return CoverSettings(folder=tmp_path / "covers", hosts=frozenset({urlsplit(site.url).netloc}), scheme="http")


def settled(covers: Covers, url: str, size="large") -> Look:
    """What `look` returns when it no longer waits."""
    end = time.monotonic() + 60
    while (look := covers.look(url, size)).waiting:
        assert time.monotonic() < end
        time.sleep(0.005)
    return look


class Host:
    """Answers with a poster, an error, or when it is told to; counts what is asked."""

    def __init__(self, answer: Callable[[str], bytes] = lambda _: POSTER) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        assert self.may_answer.wait(60)
        return self.answer(url)


def failing(error: type[Exception]) -> Callable[[str], bytes]:
    def answer(url: str) -> bytes:
        raise error(f"{url} fails")

    return answer


class TestFromALocalServer:
    def test_a_cover_is_there_after_a_while_in_both_sizes(self, site, settings):
        covers = Covers(settings)
        assert covers.look(f"{site.url}/1.jpg") == WAITING
        large, small = (settled(covers, f"{site.url}/1.jpg", size).image for size in ("large", "small"))
        assert large.startswith(b"RIFF")
        assert len(small) < len(large)
        assert len(site.requests) == 1

    def test_a_restart_keeps_covers(self, site, settings):
        first = settled(Covers(settings), f"{site.url}/1.jpg")
        assert Covers(settings).look(f"{site.url}/1.jpg") == first
        assert len(site.requests) == 1

    def test_50_visitors_who_ask_at_once_cost_one_request(self, site, settings):
        covers = Covers(settings)
        with ThreadPoolExecutor(50) as visitors:
            urls = [f"{site.url}/{number % 2}.jpg" for number in range(50)]
            looks = list(visitors.map(lambda url: settled(covers, url), urls))
        assert all(look.image for look in looks)
        assert len(set(looks)) == 2
        assert len(site.requests) == 2

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(status=404),
            Reply(b"<html></html>", headers={"Content-Type": "image/jpeg"}),
            Reply(POSTER[:-2000]),
            Reply(bytes(200_000)),
            Reply(poster("a", (700, 700))),
            Reply(status=302, headers={"Location": "http://127.0.0.1:1/a.jpg"}),
        ],
        ids=["not there", "not an image", "truncated", "too many bytes", "too many pixels", "elsewhere"],
    )
    def test_one_without_a_usable_image_is_asked_for_once_and_others_go_on(self, site, settings, reply):
        covers = Covers(replace(settings, max_bytes=100_000, max_pixels=300_000))
        good = site.answer
        site.answer = lambda request: reply if request.path == "/bad.jpg" else good(request)
        assert settled(covers, f"{site.url}/bad.jpg") == NONE
        assert covers.look(f"{site.url}/bad.jpg") == NONE
        assert settled(covers, f"{site.url}/good.jpg").image
        assert [request.path for request in site.requests] == ["/bad.jpg", "/good.jpg"]

    def test_a_slow_one_stops_all_of_its_host(self, site, settings):
        covers = Covers(replace(settings, deadline=0.5))
        site.answer = lambda _: Reply(POSTER, drip=0.1)
        assert settled(covers, f"{site.url}/1.jpg") == NONE
        assert covers.look(f"{site.url}/2.jpg") == NONE
        assert len(site.requests) == 1


class TestWaiting:
    def test_a_look_never_waits(self):
        host = Host()
        host.may_answer.clear()
        covers = Covers(fetch=host)
        assert [covers.look(f"https://a/{number}") for number in range(10)] == [WAITING] * 10
        host.may_answer.set()
        assert all(settled(covers, f"https://a/{number}").image for number in range(10))

    def test_only_so_many_wait(self):
        host = Host()
        host.may_answer.clear()
        covers = Covers(CoverSettings(queue=5, threads=1), host)
        looks = [covers.look(f"https://a/{number}") for number in range(50)]
        assert 5 <= looks.count(WAITING) <= 6  # one may be with the thread already
        assert looks.count(NONE) == 50 - looks.count(WAITING)
        host.may_answer.set()
        settled(covers, "https://a/4")
        assert settled(covers, "https://a/49").image  # once there is room, a later look asks for it

    def test_a_title_without_an_address_has_none(self):
        assert Covers(fetch=Host()).look(None) == NONE

    def test_switched_off_nothing_is_asked(self):
        host = Host()
        assert Covers(CoverSettings(enabled=False), host).look("https://a/1") == NONE
        assert host.asked == []

    def test_an_unexpected_error_does_not_stop_the_thread(self, caplog):
        host = Host(lambda url: POSTER if url.endswith("2") else failing(ZeroDivisionError)(url))
        covers = Covers(CoverSettings(threads=1), host)
        assert settled(covers, "https://a/1") == NONE
        assert settled(covers, "https://a/2").image
        assert settled(covers, "https://[/2").image  # an address that cannot be parsed is up to `fetch`
        assert "ZeroDivisionError" in caplog.text


class TestMemory:
    def test_what_left_the_memory_comes_from_disk(self, tmp_path):
        host = Host(lambda url: poster(url, (200, 280)))
        size = len(settled(Covers(fetch=host), "https://a/1").image)
        covers = Covers(CoverSettings(folder=tmp_path, memory_bytes=2 * size), host)
        first = [settled(covers, f"https://a/{number}") for number in range(20)]
        host.asked.clear()
        assert [covers.look(f"https://a/{number}") for number in range(20)] == first
        assert host.asked == []
        assert sum(len(image) for image, _ in covers._memory.values()) <= 2 * size

    def test_with_no_room_at_all_a_cover_is_not_fetched_again_and_again(self):
        host = Host()
        covers = Covers(CoverSettings(memory_bytes=10), host)
        assert settled(covers, "https://a/1") == NONE
        assert covers.look("https://a/1") == NONE
        assert len(host.asked) == 1

    def test_a_use_in_memory_counts_on_disk(self, tmp_path, monkeypatch):
        covers = Covers(CoverSettings(folder=tmp_path), Host())
        settled(covers, "https://a/1")
        touched = []
        monkeypatch.setattr(covers._files, "touch", touched.append)
        covers.look("https://a/1")
        assert touched == []
        later = time.monotonic() + 700
        monkeypatch.setattr(time, "monotonic", lambda: later)
        covers.look("https://a/1")
        covers.look("https://a/1")
        assert len(touched) == 1


class Clock:
    def __init__(self, monkeypatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


class TestPauses:
    @pytest.fixture
    def clock(self, monkeypatch) -> Clock:
        return Clock(monkeypatch)

    def test_a_host_that_failed_is_left_in_peace_and_the_others_are_not(self, caplog):
        host = Host(lambda url: POSTER if "//good/" in url else failing(HostError)(url))
        covers = Covers(CoverSettings(threads=1), host)
        with caplog.at_level(logging.INFO):
            assert settled(covers, "https://bad/1") == NONE
            assert [covers.look(f"https://bad/{number}") for number in range(20)] == [NONE] * 20
            assert settled(covers, "https://good/1").image
        assert host.asked == ["https://bad/1", "https://good/1"]
        assert len(caplog.records) == 1

    def test_what_waits_for_a_host_that_fails_is_given_up(self):
        host = Host(failing(HostError))
        host.may_answer.clear()
        covers = Covers(CoverSettings(threads=1), host)
        urls = [f"https://bad/{number}" for number in range(20)]
        assert [covers.look(url) for url in urls] == [WAITING] * 20
        host.may_answer.set()
        assert [settled(covers, url) for url in urls] == [NONE] * 20
        assert host.asked == urls[:1]

    def test_each_failure_doubles_the_pause_up_to_the_longest(self, clock, caplog):
        host = Host(failing(HostError))
        covers = Covers(CoverSettings(threads=1, host_pause=10, longest_pause=35), host)
        for number, pause in enumerate((10, 20, 35, 35)):
            assert settled(covers, f"https://bad/{number}") == NONE
            clock.now += pause - 1
            assert covers.look("https://bad/other") == NONE
            clock.now += 2
            assert len(host.asked) == number + 1
        assert len(caplog.records) == 1

    def test_requests_that_fail_together_are_one_failure(self, clock):
        host = Host(failing(HostError))
        host.may_answer.clear()
        covers = Covers(CoverSettings(threads=4, host_pause=10), host)
        for number in range(4):
            covers.look(f"https://bad/{number}")
        while len(host.asked) < 4:
            time.sleep(0.005)
        host.may_answer.set()
        assert [settled(covers, f"https://bad/{number}") for number in range(4)] == [NONE] * 4
        clock.now += 11
        host.answer = lambda _: POSTER
        assert settled(covers, "https://bad/other").image

    def test_an_answer_ends_the_doubling(self, clock, caplog):
        host = Host(failing(HostError))
        covers = Covers(CoverSettings(threads=1, host_pause=10), host)
        settled(covers, "https://a/1")
        clock.now += 11
        host.answer = failing(NoCoverError)
        settled(covers, "https://a/2")
        host.answer = failing(HostError)
        settled(covers, "https://a/3")
        clock.now += 11
        host.answer = lambda _: POSTER
        assert settled(covers, "https://a/4").image
        assert len(caplog.records) == 2  # it failed twice, with an answer between

    @pytest.mark.parametrize(("error", "after"), [(HostError, "retry_after"), (NoCoverError, "missing_for")])
    def test_a_cover_that_failed_is_asked_for_again_later(self, clock, error, after):
        host = Host(failing(error))
        covers = Covers(settings := CoverSettings(threads=1, host_pause=1), host)
        settled(covers, "https://a/1")
        host.answer = lambda _: POSTER
        clock.now += getattr(settings, after) - 1
        assert covers.look("https://a/1") == NONE
        clock.now += 2
        assert settled(covers, "https://a/1").image

    def test_a_missing_cover_is_asked_for_less_often_than_one_whose_host_failed(self):
        assert CoverSettings().missing_for > CoverSettings().retry_after > CoverSettings().host_pause


class TestSettings:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        for name in ("ANIME_ALCHEMY_COVERS", "ANIME_ALCHEMY_COVERS_FOLDER", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)

    def test_covers_come_from_the_three_hosts_over_https_by_default(self, monkeypatch, tmp_path):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        settings = CoverSettings.from_env()
        assert settings.enabled
        assert (settings.scheme, settings.hosts) == ("https", COVER_HOSTS)
        assert settings.hosts == {"cdn.myanimelist.net", "s4.anilist.co", "media.kitsu.app"}
        assert tmp_path in settings.folder.parents

    def test_the_environment_switches_them_off_and_names_the_folder(self, monkeypatch, tmp_path):
        monkeypatch.setenv("ANIME_ALCHEMY_COVERS", "off")
        monkeypatch.setenv("ANIME_ALCHEMY_COVERS_FOLDER", str(tmp_path))
        assert CoverSettings.from_env() == CoverSettings(enabled=False, folder=tmp_path)

    def test_another_word_is_an_error(self, monkeypatch):
        monkeypatch.setenv("ANIME_ALCHEMY_COVERS", "perhaps")
        with pytest.raises(SettingError, match='"on" or "off"'):
            CoverSettings.from_env()
