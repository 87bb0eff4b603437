"""Both sites over the network, against a local server that fails in many ways."""

import contextlib
import gzip
import itertools
import socket
import sys
import threading
import time
import traceback
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from recsys import RecsysError
from recsys.lists import cache, errors, http, limits
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import CLIENT_ID, Source, deadlines, settings_for

HTML = b"<!doctype html><html><body>Checking your browser</body></html>"


def test_a_complete_list_is_returned(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply
) -> None:
    site.replies(ten_titles)
    found = source.fetch("Some_fan", settings=settings)
    assert set(found.profile.scores) == set(range(1, 11))
    assert (found.profile.name, found.notes, found.skipped) == ("Some_fan", (), ())
    assert len(site.requests) == 1


def test_compressed_answers_are_requested_and_read(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply
) -> None:
    site.replies(Reply(gzip.compress(ten_titles.raw), headers={"Content-Encoding": "gzip"}))
    assert len(source.fetch("fan", settings=settings).profile.scores) == 10
    assert site.requests[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("reply", "error", "tries"),
    [
        pytest.param(Reply(b'{"data": [', 200), errors.BadAnswerError, 1, id="malformed JSON"),
        pytest.param(Reply(HTML, 200), errors.BadAnswerError, 1, id="HTML page"),
        pytest.param(Reply(b"", 200), errors.BadAnswerError, 1, id="nothing"),
        pytest.param(Reply(b"[" * 100_000, 200), errors.BadAnswerError, 1, id="deep JSON"),
        pytest.param(Reply([1, 2], 200), errors.BadAnswerError, 1, id="JSON of another form"),
        pytest.param(Reply({"data": 1}, 200), errors.BadAnswerError, 1, id="a form almost right"),
        pytest.param(Reply(b"xx", 200, {"Content-Encoding": "gzip"}), errors.BadAnswerError, 1, id="not gzip"),
        pytest.param(Reply(HTML, 503), errors.ServerDownError, 3, id="down"),
        pytest.param(Reply(HTML, 500), errors.ServerDownError, 3, id="HTML error page"),
        pytest.param(Reply(HTML, 403), errors.RefusedError, 1, id="firewall"),
        pytest.param(Reply(HTML, 418), errors.BadAnswerError, 1, id="odd status"),
        pytest.param(Reply({}, 429), errors.RateLimitedError, 3, id="throttled"),
        pytest.param(Reply({}, silence=60), errors.ServerDownError, 2, id="time-out"),
        pytest.param(Reply(b" " * 5000, cut=100), errors.PartialListError, 3, id="dropped halfway"),
        pytest.param(Reply(b" " * 5000, cut=0), errors.PartialListError, 3, id="dropped before the body"),
    ],
)
def test_each_failure_has_its_own_error(
    source: Source, site: LocalSite, settings: ListSettings, reply: Reply, error: type[Exception], tries: int
) -> None:
    site.replies(reply)
    if reply.silence:
        settings = replace(settings, read_timeout=0.2, attempts=tries)
    with pytest.raises(error) as caught:
        source.fetch("fan", settings=settings)
    assert type(caught.value) is error
    assert source.name in str(caught.value)
    assert len(site.requests) == tries


def test_messages_differ_and_say_what_to_do(source: Source, site: LocalSite, settings: ListSettings) -> None:
    replies = [Reply(b"", 200), Reply(b"", 503), Reply(b"", 403), Reply(b"", 429), Reply(b"  ", cut=1)]
    texts = set()
    for reply in replies:
        site.replies(reply)
        with pytest.raises(RecsysError) as caught:
            source.fetch("fan", settings=settings)
        texts.add(str(caught.value))
        assert any(advice in str(caught.value).lower() for advice in ("try again", "upload", "another way"))
    assert len(texts) == len(replies)


@pytest.mark.parametrize("failure", [Reply(status=503), Reply(status=429), Reply(b" " * 99, cut=9), Reply(silence=60)])
def test_a_request_is_repeated_after_a_transient_failure(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply, failure: Reply
) -> None:
    site.replies(failure, ten_titles)
    if failure.silence:
        settings = replace(settings, read_timeout=1.0)
    assert len(source.fetch("fan", settings=settings).profile.scores) == 10
    assert len(site.requests) == 2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_waited_for(
    source: Source,
    site: LocalSite,
    settings: ListSettings,
    ten_titles: Reply,
    form: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = http._retry_after
    monkeypatch.setattr(http, "_retry_after", lambda value: (asked(value) or 0) / 400)  # wait a quarter of a second
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    site.replies(Reply(status=429, headers={"Retry-After": "100" if form == "seconds" else later}), ten_titles)
    source.fetch("fan", settings=settings)
    assert site.requests[1].time - site.requests[0].time > 0.2  # a lower bound: no slow machine breaks it


def test_a_long_retry_after_is_shown_and_applies_to_every_visitor(
    source: Source, site: LocalSite, settings: ListSettings
) -> None:
    site.replies(Reply(status=429, headers={"Retry-After": "45"}))
    with pytest.raises(errors.RateLimitedError, match="in 45 seconds") as caught:
        source.fetch("fan", settings=settings)
    assert caught.value.retry_after == pytest.approx(45)
    with pytest.raises(errors.RateLimitedError, match=r"in \d+ seconds"):
        source.fetch("another", settings=settings)
    assert len(site.requests) == 1


@pytest.mark.parametrize("value", ["soon", "-1", "9" * 5000, "Fri, 99 Foo 2030 00:00:00 GMT", ""])
def test_an_invalid_retry_after_is_ignored(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply, value: str
) -> None:
    site.replies(Reply(status=429, headers={"Retry-After": value}), ten_titles)
    assert len(source.fetch("fan", settings=settings).profile.scores) == 10


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_refused(
    source: Source, site: LocalSite, other_site: LocalSite, settings: ListSettings, ten_titles: Reply, status: int
) -> None:
    other_site.replies(ten_titles)
    site.replies(Reply(b"", status, {"Location": f"{other_site.url}/v2/users/fan/animelist"}))
    with pytest.raises(errors.BadAnswerError, match="another address"):
        source.fetch("fan", settings=settings)
    assert not other_site.requests
    assert len(site.requests) == 1


def test_a_slow_answer_does_not_exceed_the_deadline(source: Source, site: LocalSite) -> None:
    site.replies(Reply(b" " * 5000, drip=0.05))  # would take four minutes
    for seconds in deadlines(site):
        with pytest.raises(errors.ServerDownError, match="slowly"):
            source.fetch("fan", settings=settings_for(site.url, deadline=seconds))
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    "trickle",
    [
        pytest.param(b"HTTP/1.1 200 " + b"O" * 5000, id="status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 90 + b"X-C: " + b"d" * 5000, id="headers"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 400, id="100 Continue"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * 5000, id="body of unknown length"),
    ],
)
def test_the_deadline_covers_the_whole_exchange(source: Source, site: LocalSite, trickle: bytes) -> None:
    site.replies(Reply(trickle=trickle))  # would take half a minute
    for seconds in deadlines(site):
        given = settings_for(site.url, deadline=seconds, concurrency=1)
        with pytest.raises(errors.ServerDownError, match="too slowly"):
            source.fetch("fan", settings=given)
    assert len(site.requests) == 1
    assert not site.trickled
    with limits.for_host(site.url.removeprefix("http://")).turn(given, time.monotonic()):
        pass  # its slot is free again


def test_the_deadline_covers_the_tls_handshake(source: Source) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            sock, _ = server.accept()
            with sock, contextlib.suppress(OSError):
                for byte in b"\x16\x03\x03\x3f\xff" + bytes(5000):
                    sock.sendall(bytes([byte]))
                    time.sleep(0.05)

        threading.Thread(target=trickle, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(errors.ServerDownError, match="too slowly"):
            source.fetch("fan", settings=settings_for(url, deadline=0.3))


def test_a_connection_is_used_again_after_the_deadline_of_an_earlier_exchange(
    source: Source, site: LocalSite, ten_titles: Reply
) -> None:
    site.replies(ten_titles)
    for seconds in (0.5, 2.0, 30.0):  # a machine that stalls is given longer
        with contextlib.suppress(errors.DownloadError):
            source.fetch("fan", settings=settings_for(site.url, deadline=seconds))
            break
    time.sleep(seconds)
    assert len(source.fetch("another", settings=settings_for(site.url)).profile.scores) == 10
    assert len({request.port for request in site.requests[-2:]}) == 1


def test_all_pages_together_do_not_exceed_the_deadline(source: Source, site: LocalSite) -> None:
    more = {"following": f"{site.url}/v2/2"} if source.name == "MyAnimeList" else {"more": True}
    site.replies(Reply(source.whole(range(1, 11), **more)), Reply(source.whole(range(1, 11))))
    for seconds in deadlines(site):
        given = settings_for(site.url, deadline=seconds)
        with pytest.raises(errors.ServerDownError, match="too slowly"):
            source.fetch("fan", settings=given, progress=lambda *_, deadline=seconds: time.sleep(deadline))
    assert len(site.requests) == 1


def test_an_endless_answer_is_cut_off_in_bounded_memory(source: Source, site: LocalSite) -> None:
    site.answer = lambda _: Reply(chunks=itertools.repeat(b" " * 65536))
    tracemalloc.start()
    try:
        with pytest.raises(errors.BadAnswerError, match="far more"):
            source.fetch("fan", settings=settings_for(site.url, max_response_bytes=2 * 2**20))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 2**20


def test_a_compressed_bomb_is_cut_off_in_bounded_memory(source: Source, site: LocalSite) -> None:
    site.replies(Reply(gzip.compress(b" " * 64 * 2**20, 1), headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(errors.BadAnswerError, match="far more"):
            source.fetch("fan", settings=settings_for(site.url, max_response_bytes=2 * 2**20))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 2**20


def test_a_closed_port(source: Source) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(errors.UnreachableError, match="Check the network"):
        source.fetch("fan", settings=settings_for(f"http://127.0.0.1:{port}"))


def test_a_server_without_tls(source: Source, site: LocalSite) -> None:
    with pytest.raises(errors.UnreachableError):
        source.fetch("fan", settings=settings_for(site.url.replace("http:", "https:")))
    assert not site.requests


@pytest.mark.skipif(sys.platform != "linux", reason="fills the queue of waiting connections as Linux keeps it")
def test_a_connection_that_is_never_accepted(source: Source) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        settings = settings_for(f"http://127.0.0.1:{address[1]}", connect_timeout=0.1, attempts=2)
        with pytest.raises(errors.UnreachableError):
            source.fetch("fan", settings=settings)
        for each in waiting:
            each.close()


def test_no_text_shows_the_client_id(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    shown = [repr(settings), str(settings)]
    for reply in (
        Reply(status=503), Reply(status=429), Reply({}, 403), Reply({"message": "Invalid client id"}, 400),
        Reply(b" " * 99, cut=9), Reply(status=302, headers={"Location": "http://elsewhere.invalid/"}),
        ten_titles,
    ):  # fmt: skip
        site.replies(reply)
        try:
            shown.append(repr(source.fetch("fan", settings=settings)))
        except RecsysError as error:
            shown += [str(error), repr(error), *traceback.format_exception(error)]
    shown += [*(repr(item) for item in cache.shared._lists.items()), caplog.text]
    shown += [request.path for request in site.requests]
    assert not [text for text in shown if CLIENT_ID in text]
    assert caplog.text  # urllib3 does log requests at this level
    sent = [CLIENT_ID in request.headers.values() for request in site.requests]
    assert all(sent) if source.name == "MyAnimeList" else not any(sent)
