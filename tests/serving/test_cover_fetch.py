"""One image is fetched within its limits, from the listed hosts alone."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from recsys.serving.cover_fetch import HostError, NoCoverError, fetch
from recsys.settings import COVER_HOSTS, CoverSettings
from tests.lists.local_site import LocalSite, Reply, running

#: A busy machine may stall for seconds, so only tests of slow servers have limits of time that matter.
SETTINGS = CoverSettings(scheme="http", deadline=60.0, timeout=30.0, max_bytes=10_000)


def settings(*urls: str) -> CoverSettings:
    return replace(SETTINGS, hosts=frozenset(urlsplit(url).netloc for url in urls))


def hasty(url: str) -> CoverSettings:
    return replace(settings(url), deadline=0.4, timeout=0.2)


def asked(site: LocalSite, path: str = "/a.jpg") -> bytes:
    return fetch(site.url + path, settings(site.url))


def test_the_content_is_returned(site):
    site.replies(Reply(b"content", headers={"Content-Type": "image/jpeg"}))
    assert asked(site, "/images/1/ü a.jpg?s=x y") == b"content"
    request = site.requests[0]
    assert (request.method, request.path) == ("GET", "/images/1/%C3%BC%20a.jpg?s=x%20y")
    assert request.headers["Host"] == urlsplit(site.url).netloc
    assert {"Cookie", "Referer", "Authorization"} & request.headers.keys() == set()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204])
def test_there_is_no_cover_at_an_address(site, status):
    site.replies(Reply(b"x", status))
    with pytest.raises(NoCoverError):
        asked(site)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_reports_a_fault_of_its_own(site, status):
    site.replies(Reply(b"x", status))
    with pytest.raises(HostError, match=str(status)):
        asked(site)


@pytest.mark.parametrize(
    "url",
    [
        "http://{}/a.jpg",
        "https://{}.example.org/a.jpg",
        "https://example.org/{}/a.jpg",
        "https://{}@example.org/a.jpg",
        "https://user@{}/a.jpg",
        "https://{}:8443/a.jpg",
        "https://{}:x/a.jpg",
        "ftp://{}/a.jpg",
        "file:///{}",
        "//{}/a.jpg",
        "https://[{}/a.jpg",
        "",
    ],
)
@pytest.mark.parametrize("host", sorted(COVER_HOSTS))
def test_by_default_only_the_listed_hosts_are_asked_and_only_over_https(monkeypatch, url, host):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("a connection was opened"))
    with pytest.raises(NoCoverError):
        fetch(url.format(host))


@pytest.mark.parametrize("host", sorted(COVER_HOSTS))
def test_the_listed_hosts_are_asked_over_tls(monkeypatch, host):
    opened = []

    def refuse(host, port, *_):
        opened.append((host, port))
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(HostError):
        fetch(f"https://{host}/a.jpg")
    assert opened == [(host, 443)]


def test_a_server_without_tls_is_not_believed(site):
    site.replies(Reply(b"content"))
    with pytest.raises(HostError):
        fetch(site.url.replace("http:", "https:") + "/a.jpg", replace(settings(site.url), scheme="https"))
    assert site.requests == []


def test_a_redirect_to_a_listed_host_is_followed(site):
    with running() as other:
        other.replies(Reply(b"content"))
        site.replies(Reply(status=301, headers={"Location": f"{other.url}/b.jpg"}))
        assert fetch(f"{site.url}/a.jpg", settings(site.url, other.url)) == b"content"


@pytest.mark.parametrize("target", ["{other}/a.jpg", "//{netloc}/a.jpg", "https://{netloc}/a.jpg", "file:///etc/hosts"])
def test_a_redirect_elsewhere_is_not_followed(site, target):
    with running() as other:
        other.replies(Reply(b"content"))
        location = target.format(other=other.url, netloc=urlsplit(other.url).netloc)
        site.replies(Reply(status=302, headers={"Location": location}))
        with pytest.raises(NoCoverError):
            asked(site)
        assert other.requests == []


def test_redirects_in_a_circle_end(site):
    site.replies(Reply(status=302, headers={"Location": "/a.jpg"}))
    with pytest.raises(NoCoverError):
        asked(site)
    assert len(site.requests) == 3


def test_an_image_said_to_be_too_large_is_not_read(site):
    site.replies(Reply(bytes(10_001)))
    with pytest.raises(NoCoverError, match="large"):
        asked(site)


def test_an_endless_image_is_not_read_to_its_end(site):
    site.replies(Reply(chunks=itertools.repeat(bytes(1000))))
    with pytest.raises(NoCoverError, match="large"):
        asked(site)


def test_an_image_that_breaks_off(site):
    site.replies(Reply(bytes(5000), cut=4000))
    with pytest.raises(HostError):
        asked(site)


def test_nobody_listens():
    with running() as site:
        url = site.url
    with pytest.raises(HostError):
        fetch(f"{url}/a.jpg", settings(url))


class RawServer:
    """A server that does anything with a connection. `has_finished`: it did all of it before the client gave up."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.netloc = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.has_finished = threading.Event()

    def start(self, talk: Callable[[socket.socket], object]) -> None:
        def serve() -> None:
            with contextlib.suppress(OSError), self._listening.accept()[0] as connection:
                talk(connection)
                self.has_finished.set()

        threading.Thread(target=serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


def drip(connection: socket.socket, content: bytes) -> None:
    """Send a byte at a time, far more often than the time-out between bytes and far too slowly for the deadline."""
    for place in range(len(content)):
        connection.sendall(content[place : place + 1])
        time.sleep(0.01)


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"


@pytest.mark.parametrize(
    "talk",
    [
        lambda connection: drip(connection, b"HTTP/1.1 200 " + b"O" * 5000),
        lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90 + b"Z: " + b"z" * 5000),
        lambda connection: (connection.sendall(HEADERS), drip(connection, bytes(5000))),
        lambda connection: (connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n"), drip(connection, bytes(5000))),
        lambda connection: (
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            drip(connection, b"1\r\nx\r\n" * 900),
        ),
        lambda _: threading.Event().wait(60),
    ],
    ids=["status line", "headers", "body", "body without a length", "chunks", "silence"],
)
def test_a_slow_server_is_given_up(raw_server, talk):
    raw_server.start(talk)
    url = f"http://{raw_server.netloc}/a.jpg"
    with pytest.raises(HostError, match=r"slow|timed out"):
        fetch(url, hasty(url))
    assert not raw_server.has_finished.is_set()


def test_a_slow_name_resolution_is_given_up(monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answered.wait(60) and [])
    url = "http://covers.invalid/a.jpg"
    try:
        with pytest.raises(HostError, match=r"covers\.invalid"):
            fetch(url, hasty(url))
    finally:
        answered.set()


def test_a_slow_handshake_is_given_up(raw_server):
    raw_server.start(lambda connection: drip(connection, b"\x16\x03\x03\x0f\xff" + bytes(4000)))
    url = f"https://{raw_server.netloc}/a.jpg"
    with pytest.raises(HostError, match=r"slow|timed out"):
        fetch(url, replace(hasty(url), scheme="https"))
    assert not raw_server.has_finished.is_set()


@pytest.mark.parametrize(
    "answer", [b"", bytes(100) + b"\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200]
)
def test_a_server_of_another_kind(raw_server, answer):
    raw_server.start(lambda connection: connection.sendall(answer))
    url = f"http://{raw_server.netloc}/a.jpg"
    with pytest.raises(HostError):
        fetch(url, settings(url))
