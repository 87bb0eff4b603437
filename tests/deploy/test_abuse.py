"""One copy of the real app under visitors who abandon uploads, say nothing, or send what is no message.

Each time, a visitor gets ten titles meanwhile, and memory stays bounded.
"""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, closing
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from scripts.benchmarks.servers import Server, serving
from scripts.benchmarks.visitor import Visitor, run

_RATED = "r=5114-9_1535-8_30276-4_16498-9"
_MB = 2**20
#: What the server may grow by, with whatever a visitor's page needs. Each test offers it far more.
_GROWTH_MB = 80


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        for _ in range(3):
            run(visit(server))
        yield server


async def visit(server: Server) -> None:
    """An honest visitor gets ten titles, and moves a control."""
    async with Visitor(server.address, _RATED) as visitor, asyncio.timeout(90):
        await visitor.open()
        visitor.check()
        await visitor.choose("discovery", "Curious")
        visitor.check()


def meanwhile(server: Server, abuse: Callable[[AsyncExitStack], Awaitable[None]]) -> None:
    """A visitor comes while what `abuse` opened is still open, and another one after it ended."""
    before = server.memory_mb()

    async def both() -> None:
        async with AsyncExitStack() as stack:
            await abuse(stack)
            await visit(server)
            assert server.memory_mb() < before + _GROWTH_MB
        await visit(server)
        assert server.memory_mb() < before + _GROWTH_MB

    run(both())


def bare(server: Server) -> connect:
    """A websocket on which nothing was said yet."""
    address = urlsplit(server.address)._replace(scheme="ws", path="/_stcore/stream").geturl()
    return connect(address, subprotocols=["streamlit"], max_size=None, proxy=None)


def test_abandoned_uploads(server: Server) -> None:
    """Forty visitors announce 8 MB each, send half and stop."""

    async def abuse(stack: AsyncExitStack) -> None:
        visitor = await stack.enter_async_context(Visitor(server.address, ""))
        await visitor.open()
        sockets = stack.enter_context(ExitStack())
        uploads = [sockets.enter_context(closing(half_an_upload(server, visitor, number))) for number in range(40)]
        await asyncio.gather(*(asyncio.to_thread(send_what_is_taken, upload, 4 * _MB) for upload in uploads))

    meanwhile(server, abuse)


def half_an_upload(server: Server, visitor: Visitor, number: int) -> socket.socket:
    token = visitor.cookie.partition("_streamlit_xsrf=")[2].partition(";")[0]
    address = urlsplit(server.address)
    opened = socket.create_connection((address.hostname, address.port), timeout=20)
    head = f"PUT /_stcore/upload_file/{visitor.session}/{number} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    head += f"Cookie: {visitor.cookie}\r\nX-Xsrftoken: {token}\r\nContent-Length: {8 * _MB}\r\n"
    head += "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    head += '--x\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    opened.sendall(head.encode())
    return opened


def send_what_is_taken(upload: socket.socket, size: int) -> None:
    upload.settimeout(20)
    upload.sendall(bytes(size))
    upload.settimeout(0.2)
    with pytest.raises(TimeoutError):  # no answer, such as a refusal: the server waits for the rest
        upload.recv(1)


def test_idle_sockets(server: Server) -> None:
    """Two hundred connect and say nothing: half on the websocket, half without a request."""

    async def abuse(stack: AsyncExitStack) -> None:
        address = urlsplit(server.address)
        for _ in range(100):
            await stack.enter_async_context(bare(server))
            stack.enter_context(closing(socket.create_connection((address.hostname, address.port))))

    meanwhile(server, abuse)


def test_malformed_frames(server: Server) -> None:
    """Each is refused by closing its own connection, or ignored, and nothing about the server is said."""
    chance = random.Random(0)
    frames: list[bytes | str] = [chance.randbytes(n) for n in (1, 10, 1_000, 100_000) for _ in range(5)]
    frames += ["text", "", b"", b"\x0a\xff\xff\xff\xff\x0f", b"\xff" * 100, bytes(40 * _MB)]

    async def abuse(stack: AsyncExitStack) -> None:
        for frame in frames:
            said = await answer(await stack.enter_async_context(bare(server)), frame)
            assert b"Traceback" not in said
            assert b".py" not in said

    meanwhile(server, abuse)


async def answer(connection: ClientConnection, frame: bytes | str) -> bytes:
    """What the server says to this, with the reason if it closes."""
    said = b""
    try:
        await connection.send(frame)
        async with asyncio.timeout(1):
            while True:
                said += await connection.recv(decode=False)
    except ConnectionClosed as closed:
        return said + (closed.rcvd.reason.encode() if closed.rcvd else b"")
    except TimeoutError:
        return said
