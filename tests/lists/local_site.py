"""A local HTTP server in the place of MyAnimeList or AniList, which can fail in many ways."""

import json
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    time: float
    #: The client's port, which is that of its connection.
    port: int = 0


@dataclass
class Reply:
    """An answer. `cut`: close the connection after this many bytes of the body; `silence`: seconds before the answer,
    which is not sent if the client gives up in them; `drip`: seconds between single bytes; `chunks`: an endless body;
    `trickle`: bytes sent in place of an answer, one by one, each after 0.005 seconds."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    silence: float = 0.0
    drip: float = 0.0
    chunks: Iterator[bytes] | None = None
    trickle: bytes = b""

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class LocalSite(ThreadingHTTPServer):
    """Answers requests with `replies` in order, the last one repeated; or with `answer(request)`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Reply] = lambda _: Reply(status=500)
        self.busy = 0
        self.most_busy = 0
        self.trickled = 0  # how many replies were trickled to their end
        self.lock = threading.Lock()

    def replies(self, *replies: Reply) -> None:
        waiting = list(replies)
        self.answer = lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def handle_error(self, *_: object) -> None:
        """Ignore clients that close the connection: some tests do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer: two would wait for the client's delayed acknowledgement
    server: LocalSite

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        site = self.server
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        request = Request(self.command, self.path, dict(self.headers), body, time.monotonic(), self.client_address[1])
        with site.lock:
            site.requests.append(request)
            site.busy += 1
            site.most_busy = max(site.most_busy, site.busy)
            reply = site.answer(request)
        try:
            self._send(reply)
        finally:
            with site.lock:
                site.busy -= 1

    do_POST = do_GET  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply.silence and select.select([self.connection], [], [], reply.silence)[0]:
            self.close_connection = True
            return
        for place in range(len(reply.trickle)):
            self.wfile.write(reply.trickle[place : place + 1])
            self.wfile.flush()
            time.sleep(0.005)
        self.server.trickled += bool(reply.trickle)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunks is not None:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for chunk in reply.chunks:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            return
        raw = reply.raw
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if reply.cut is not None:
            self.wfile.write(raw[: reply.cut])
            self.close_connection = True
        elif reply.drip:
            for place in range(len(raw)):
                self.wfile.write(raw[place : place + 1])
                self.wfile.flush()
                time.sleep(reply.drip)
        else:
            self.wfile.write(raw)


@contextmanager
def running() -> Iterator[LocalSite]:
    site = LocalSite()
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
