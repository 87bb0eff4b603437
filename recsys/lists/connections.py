"""The connections of `recsys.lists.http`: open between requests, shared by threads, ended at a deadline."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from typing import Any

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Watch:
    """The sockets that one exchange uses, to be shut down together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._late = self._over = False

    def add(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.append(sock)
            if self._late:
                _shut_down(sock)

    def end(self) -> None:
        """Shut the sockets down, unless the exchange is over: the next one may use them already."""
        with self._lock:
            self._late = not self._over
            for sock in self._sockets if self._late else ():
                _shut_down(sock)

    def release(self) -> None:
        with self._lock:
            self._over = True


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed already
        sock.shutdown(socket.SHUT_RDWR)


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Break off what this thread sends and receives through `pool` after `seconds`, wherever it is: in the TLS
    handshake, the status line, the headers or the body. A read time-out only limits the silence between two bytes."""
    watch = _Watch()
    timer = threading.Timer(max(seconds, 0), watch.end)
    timer.daemon = True
    timer.start()
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)
        timer.cancel()
        watch.release()


class _Watched:
    """A connection that tells the current `_Watch` of its socket."""

    #: A second handle of the socket: TLS takes the first one over, and hides its own during the handshake.
    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()  # type: ignore[misc]
        self._handle = sock.dup()
        self._tell()
        return sock

    def request(self, *arguments: Any, **options: Any) -> None:
        self._tell()
        super().request(*arguments, **options)  # type: ignore[misc]

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        super().close()  # type: ignore[misc]

    def _tell(self) -> None:
        watch = _watch.get()
        if watch is not None and self._handle is not None:
            watch.add(self._handle)


class _HTTPConnection(_Watched, HTTPConnection): ...


class _HTTPSConnection(_Watched, HTTPSConnection): ...


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection  # type: ignore[assignment]


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection  # type: ignore[assignment]


@cache
def pool() -> urllib3.PoolManager:
    """Connections that stay open between requests; thread-safe."""
    manager = urllib3.PoolManager(num_pools=4, maxsize=4, ssl_context=tls_context())
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
    return manager


@cache
def tls_context() -> ssl.SSLContext:
    """Verifies a host's certificate by the system's and certifi's authorities."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
