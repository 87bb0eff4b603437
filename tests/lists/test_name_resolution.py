"""Name resolution of the sites: under the deadline, and each address of a name is tried."""

import socket
import threading

import pytest

from recsys.lists import errors
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import Source, settings_for


def test_the_deadline_covers_name_resolution(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def resolve(*_: object) -> list:
        answered.wait(60)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    try:
        with pytest.raises(errors.ServerDownError, match="too slowly"):
            source.fetch("fan", settings=settings_for("http://lists.invalid", deadline=0.5))
        assert not answered.is_set()
    finally:
        answered.set()


def test_a_name_that_does_not_resolve_is_unreachable(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object) -> list:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(errors.UnreachableError):
        source.fetch("fan", settings=settings_for("http://lists.invalid"))


def test_the_next_address_of_a_name_is_tried(
    source: Source, site: LocalSite, ten_titles: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies(ten_titles)
    port = int(site.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refusing = closed.getsockname()[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", at)) for at in (refusing, port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    fetched = source.fetch("fan", settings=settings_for(f"http://lists.invalid:{port}"))
    assert len(fetched.profile.scores) == 10
