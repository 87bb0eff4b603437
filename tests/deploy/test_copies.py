"""Two copies of the real app behind the proxy: sessions stay in one, and outlive it by their address."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator

import psutil
import pytest
import urllib3

from scripts.benchmarks.servers import Server, serving
from scripts.benchmarks.visitor import PageError, Visitor, run

_RATED = ["5114-9_1535-8_30276-4_16498-9", "1-9_5-8_199-10_164-7", "20-6_11757-3_1575-9_9253-10", "121-8_2001-9_269-7"]


@pytest.fixture(scope="module")
def copies() -> Iterator[Server]:
    if shutil.which("caddy") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Caddy is not on PATH")
    with serving(copies=2) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def silent(copies: Server) -> Iterator[socket.socket]:
    """A connection that sends nothing from the first test on: the proxy gives it ten seconds."""
    address = ("127.0.0.1", int(copies.address.rpartition(":")[2]))
    with socket.create_connection(address, timeout=60) as connection:
        yield connection


def processes(server: Server) -> list[psutil.Process]:
    """The copies that run now."""
    return [child for child in server.process.children() if is_copy(child)]


def is_copy(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "streamlit" in process.cmdline()
    except psutil.Error:  # ended while it was looked at
        return False


def connections(copy: psutil.Process) -> int:
    return sum(one.status == psutil.CONN_ESTABLISHED for one in copy.net_connections(kind="tcp"))


def test_visitors_of_a_killed_copy_get_their_view_back_from_the_other(copies: Server) -> None:
    async def visit() -> None:
        visitors = [Visitor(copies.address, f"r={_RATED[i % len(_RATED)]}&discovery=Curious") for i in range(6)]
        for visitor in visitors:
            await visitor.open()
            visitor.check()
        before = [(visitor.titles(), visitor.query["r"]) for visitor in visitors]
        killed = max(processes(copies), key=connections)
        killed.kill()
        broken = 0
        for visitor in visitors:
            try:
                await visitor.rerun()
            except PageError:
                broken += 1
                await visitor.reconnect()
            visitor.check()
        assert broken
        assert [(visitor.titles(), visitor.query["r"]) for visitor in visitors] == before
        for visitor in visitors:
            await visitor.choose("discovery", "Safe")  # the page goes on as before
            await visitor.close()

    run(visit())
    assert wait_for_two(copies), "the killed copy was not started again"


def wait_for_two(server: Server) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(processes(server)) < 2:
        time.sleep(0.2)
    return len(processes(server)) == 2


def test_all_requests_of_a_visitor_reach_the_same_copy(copies: Server) -> None:
    """An upload works only in the copy that holds the visitor's session."""

    async def visit() -> None:
        for _ in range(6):
            async with Visitor(copies.address, f"r={_RATED[0]}") as visitor:
                await visitor.open()
                assert await visitor.upload("list.csv", b"title,score\n") == 204
                stranger = Visitor(copies.address, "")
                stranger.session, stranger.cookie = "no-such-session", visitor.cookie
                assert await stranger.put("/_stcore/upload_file/no-such-session/1", "list.csv", b"") == 400

    run(visit())


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "//_stcore/metrics", "/_stcore/%6detrics",
                                  "/_STCORE/METRICS", "/x/../_stcore/metrics"])  # fmt: skip
def test_figures_about_the_process_are_not_for_visitors(copies: Server, path: str) -> None:
    with urllib3.connection_from_url(copies.address, retries=False) as pool:
        reply = pool.urlopen("GET", path, headers={"Accept": "text/plain"})
        assert b"# TYPE" not in reply.data
        assert pool.urlopen("GET", "/_stcore/health").data == b"ok"


def test_sighup_restarts_the_copies_one_after_the_other(copies: Server) -> None:
    assert wait_for_two(copies)
    old = processes(copies)
    copies.process.send_signal(signal.SIGHUP)
    deadline, fewest = time.monotonic() + 100, 2
    with urllib3.connection_from_url(copies.address, retries=False, timeout=60) as pool:
        while time.monotonic() < deadline and any(one.is_running() for one in old):
            assert pool.urlopen("GET", "/_stcore/health").status == 200
            fewest = min(fewest, len(processes(copies)))
    assert fewest >= 1
    assert wait_for_two(copies)
    assert not set(old) & set(processes(copies))


def test_a_connection_that_sends_nothing_is_closed(silent: socket.socket) -> None:
    assert silent.recv(1) == b""


def test_sigterm_stops_the_proxy_and_all_copies(copies: Server) -> None:
    """The last test of this file: it ends the copies."""
    everything = [copies.process, *copies.process.children(recursive=True)]
    assert len(everything) >= 4
    copies.process.terminate()
    assert psutil.wait_procs(everything, timeout=60)[1] == []
