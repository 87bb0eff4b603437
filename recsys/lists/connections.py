"""The connections of `recsys.lists.http`: open between requests, shared by threads, ended at a deadline."""

import contextlib
import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextvars import ContextVar
from functools import cache
from typing import Any, cast

import certifi
import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection

#: For a request that has no time-out of its own.
_CONNECT_SECONDS = 60.0


class _Watch:
    """The sockets that one exchange uses, to be shut down together at `deadline`, in the time of `time.monotonic`.

    It has handles of its own: a connection closes its handle before the body of an answer without a length is read.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._late = self._over = False

    def add(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.append(sock.dup())
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
            for sock in self._sockets:
                sock.close()


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed already
        sock.shutdown(socket.SHUT_RDWR)


def connect(host: str, port: int, timeout: float, end: float, options: Iterable[tuple] = ()) -> socket.socket:
    """A TCP connection to the first address of `host` that answers, with these socket `options`.

    Resolving the name, and connecting to each address, may take `timeout` seconds, and all of it until `end`, in the
    time of `time.monotonic`. Raises `OSError`: `TimeoutError` when there is no time left.
    """
    failed = OSError("the name has no address")
    for family, kind, protocol, _, address in _resolve(host.strip("[]"), port, min(timeout, left(end))):
        sock = socket.socket(family, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(min(timeout, left(end)))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            failed = error
    raise failed


def left(end: float) -> float:
    """Seconds until `end`. Raises `TimeoutError` when there are none."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("no time left")
    return seconds


def _resolve(host: str, port: int, seconds: float) -> list[tuple]:
    """What `socket.getaddrinfo` gives, within `seconds`. Nothing can break off the system's name resolution: it ends in
    a thread of its own, for which nobody waits."""
    found: Future[list[tuple]] = Future()

    def ask() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            found.set_exception(error)
        except UnicodeError as error:  # a name that is too long
            found.set_exception(OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    return found.result(seconds)


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Break off what this thread sends and receives through `pool` after `seconds`, wherever it is: in name
    resolution, the TLS handshake, the status line, the headers or the body. A read time-out only limits the silence
    between two bytes."""
    watch = _Watch(time.monotonic() + seconds)
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
        watch, own = _watch.get(), cast(Any, self)
        timeout = own.timeout if isinstance(own.timeout, int | float) else _CONNECT_SECONDS
        try:
            end = math.inf if watch is None else watch.deadline
            sock = connect(own._dns_host, own.port, timeout, end, own.socket_options or ())
        except OSError as error:
            raise failures.NewConnectionError(own, f"Failed to establish a new connection: {error}") from error
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
