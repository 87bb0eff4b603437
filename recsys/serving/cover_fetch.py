"""Fetches one image from a fixed list of hosts, with limits on size and time."""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from recsys.errors import RecsysError
from recsys.lists.connections import connect, left, tls_context
from recsys.lists.http import USER_AGENT
from recsys.settings import CoverSettings

_CHUNK = 64 * 1024
_MAX_REDIRECTS = 2
_SAFE = "/%:@!$&'()*+,;=~"
_HEADERS = {"Accept": "image/webp,image/jpeg,image/png", "Connection": "close", "User-Agent": USER_AGENT}


class NoCoverError(RecsysError):
    """There is no image at an address; other addresses of the host may have one."""


class HostError(RecsysError):
    """A host that cannot be reached, is too slow, breaks off or reports a fault of its own."""


def fetch(url: str, settings: CoverSettings = CoverSettings()) -> bytes:
    """The content of `url`. Redirects are followed only to the same hosts, and no cookies are kept.

    Raises `NoCoverError`, also for an address of another host or scheme, and `HostError`.
    """
    end = time.monotonic() + settings.deadline
    for _ in range(_MAX_REDIRECTS + 1):
        answer = _exchange(_checked(url, settings), settings, end)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise NoCoverError("The address redirects too often.")


def _checked(url: str, settings: CoverSettings) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme == settings.scheme and parts.netloc in settings.hosts and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise NoCoverError(f"Covers are not fetched from {url!r}.")


def _exchange(parts: SplitResult, settings: CoverSettings, end: float) -> bytes | str:
    """The body of the answer, or the address that it redirects to."""
    try:
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(_connect(parts, settings, end))
            # A server that sends byte by byte never meets the socket's own time-out.
            timer = threading.Timer(left(end), _shut_down, (sock,))
            timer.daemon = True
            timer.start()
            stack.callback(timer.cancel)
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            connection = http.client.HTTPConnection(parts.netloc)
            connection.sock = sock
            target = quote(parts.path or "/", _SAFE) + (f"?{quote(parts.query, _SAFE + '?')}" if parts.query else "")
            connection.request("GET", target, headers=_HEADERS)
            response = stack.enter_context(connection.getresponse())
            if response.status in (301, 302, 303, 307, 308):
                return response.getheader("Location") or ""
            _refuse(response.status)
            return _body(response, settings.max_bytes, end)
    except (OSError, http.client.HTTPException) as error:
        reason = "too slow" if time.monotonic() >= end else f"{type(error).__name__}: {error}"
        raise HostError(f"{parts.netloc}: {reason}") from None


def _connect(parts: SplitResult, settings: CoverSettings, end: float) -> socket.socket:
    secure = parts.scheme == "https"
    sock = connect(parts.hostname or "", parts.port or (443 if secure else 80), settings.timeout, end)
    if not secure:
        return sock
    return tls_context().wrap_socket(sock, server_hostname=parts.hostname, do_handshake_on_connect=False)


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed already
        sock.shutdown(socket.SHUT_RDWR)


def _refuse(status: int) -> None:
    if status == 429 or status >= 500:
        raise http.client.HTTPException(f"status {status}")
    if status != 200:
        raise NoCoverError(f"The host answered with status {status}.")


def _body(response: http.client.HTTPResponse, max_bytes: int, end: float) -> bytes:
    length = response.length  # None if the answer does not say it
    chunks: list[bytes] = []
    size = 0
    while length is None or size < length:
        if max(size, length or 0) > max_bytes:
            raise NoCoverError("The image is too large.")
        chunk = response.read1(_CHUNK)
        if not chunk:
            break
        chunks.append(chunk)
        size += len(chunk)
    left(end)  # otherwise an answer of unknown length that was cut off would look complete
    if length is not None and size < length:
        raise http.client.IncompleteRead(b"", length - size)
    return b"".join(chunks)
