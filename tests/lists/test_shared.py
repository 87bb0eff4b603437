"""State that one process shares between its visitors: the cache, and the limits for each site."""

import threading
import time
import weakref
from collections.abc import Callable

import pytest

from recsys import Profile, RecsysError
from recsys.lists import ImportedList, cache, errors, limits
from recsys.lists.cache import ListCache
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import Source, settings_for


def test_a_list_is_fetched_once_until_it_expires(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies(ten_titles)
    first = source.fetch("fan", settings=settings)
    assert source.fetch("FAN", settings=settings) is first  # names are the same in any case, on both sites
    assert len(site.requests) == 1
    monkeypatch.setattr(cache, "shared", ListCache(seconds=0.01))
    for requests in (2, 3):
        source.fetch("fan", settings=settings)
        assert len(site.requests) == requests
        wait_until(lambda: cache.shared._timer is None)


def test_the_number_of_kept_titles_is_limited(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "shared", ListCache(max_titles=25))
    site.replies(ten_titles)
    for name in ("fan1", "fan2", "fan3", "fan3", "fan1"):
        source.fetch(name, settings=settings)
    assert len(site.requests) == 4  # the second fan3 was kept, the first fan1 was not


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("not within ten seconds")


def a_list(name: str = "fan") -> ImportedList:
    return ImportedList(Profile(scores={1: 9}, name=name), "test")


def threads_of(kept: ListCache) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if getattr(thread, "function", None) == kept._expire]


def test_lists_are_removed_from_memory_on_time_without_a_request() -> None:
    kept = ListCache(seconds=1.0)
    first = weakref.ref(kept.get_or_fetch("site", "fan1", lambda: a_list("fan1")))
    time.sleep(0.1)
    second = weakref.ref(kept.get_or_fetch("site", "fan2", lambda: a_list("fan2")))
    assert first() is not None
    assert second() is not None
    (thread,) = threads_of(kept)
    assert thread.daemon
    wait_until(lambda: first() is None)
    wait_until(lambda: second() is None)
    wait_until(lambda: not threads_of(kept))
    kept.get_or_fetch("site", "fan1", a_list)  # a new thread starts
    assert len(threads_of(kept)) == 1
    kept.clear()


def test_a_forgotten_list_is_removed_at_once_and_the_last_one_stops_the_thread() -> None:
    kept = ListCache(seconds=60)
    refs = {name: weakref.ref(kept.get_or_fetch("site", name, a_list)) for name in ("fan1", "fan2")}
    kept.forget("site", "FAN1")
    assert refs["fan1"]() is None
    assert refs["fan2"]() is not None
    assert len(threads_of(kept)) == 1
    kept.forget("site", "fan2")
    assert refs["fan2"]() is None
    wait_until(lambda: not threads_of(kept))


def test_lists_are_kept_for_an_hour() -> None:
    assert cache.shared._lists.ttl == cache.SECONDS == 3600


def test_a_failure_is_not_kept(source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply) -> None:
    site.replies(Reply(b"", 404), ten_titles)
    with pytest.raises(RecsysError):
        source.fetch("fan", settings=settings)
    assert len(source.fetch("fan", settings=settings).profile.scores) == 10


def test_two_visitors_at_once_get_their_own_lists(source: Source, site: LocalSite, settings: ListSettings) -> None:
    def answer(request: object) -> Reply:
        first = "fan1" in f"{request.path} {request.body}"
        return Reply(source.whole(range(1, 11) if first else range(11, 21)), silence=0.05)

    site.answer = answer
    found: dict[str, set[int]] = {}

    def visit(name: str) -> None:
        found[name] = set(source.fetch(name, settings=settings).profile.scores)

    threads = [threading.Thread(target=visit, args=(name,)) for name in ("fan1", "fan2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"fan1": set(range(1, 11)), "fan2": set(range(11, 21))}


def test_requests_at_the_same_time_are_limited(source: Source, site: LocalSite, ten_titles: Reply) -> None:
    ten_titles.silence = 0.1
    site.replies(ten_titles)
    settings = settings_for(site.url, concurrency=2)
    threads = [
        threading.Thread(target=source.fetch, args=(f"fan{number}",), kwargs={"settings": settings})
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.requests) == 6
    assert site.most_busy == 2


def test_the_rate_of_requests_is_limited(source: Source, site: LocalSite, ten_titles: Reply) -> None:
    site.replies(ten_titles)
    settings = settings_for(site.url, rate=2, rate_window=0.3)
    began = time.monotonic()
    for number in range(5):
        source.fetch(f"fan{number}", settings=settings)
    # A request may arrive some time after its turn began, so arrivals can be closer than the window.
    passed = [request.time - began for request in site.requests]
    assert all(seconds >= least for seconds, least in zip(passed, (0, 0, 0.3, 0.3, 0.6), strict=True))


def test_a_turn_beyond_the_longest_wait_is_an_error_at_once(source: Source, site: LocalSite, ten_titles: Reply) -> None:
    site.replies(ten_titles)
    settings = settings_for(site.url, rate=1, rate_window=60.0)
    source.fetch("fan", settings=settings)
    with pytest.raises(errors.RateLimitedError, match=r"in (5\d|60) seconds"):
        source.fetch("another", settings=settings)
    assert len(site.requests) == 1


def test_the_wait_for_a_busy_host_is_limited(site: LocalSite) -> None:
    settings = settings_for(site.url, concurrency=1, max_wait=0.05)
    host = limits.for_host("host")
    deadline = time.monotonic() + 60
    with host.turn(settings, deadline), pytest.raises(limits.BusyError), host.turn(settings, deadline):
        pass
    with host.turn(settings, deadline):  # free again
        pass
