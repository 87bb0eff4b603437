"""Request JSON from a site, with limits on time, size, rate and retries. See docs/decisions/0006-http-client.md."""

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import tenacity
import urllib3
from urllib3 import exceptions as failures

from recsys.lists import build, connections, limits
from recsys.lists.errors import (
    BadAnswerError,
    BadUsernameError,
    DownloadError,
    PartialListError,
    RateLimitedError,
    ServerDownError,
    UnreachableError,
)
from recsys.settings import ListSettings

_CHUNK = 64 * 1024
USER_AGENT = "anime-alchemy"

#: Called with the number of entries so far, and the total if it is known.
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Site:
    """A site with lists, and its rule for usernames."""

    name: str
    username: re.Pattern[str]
    rule: str

    def check_username(self, name: object) -> str:
        """`name` without surrounding spaces. Raises `BadUsernameError` if it breaks the site's rule."""
        text = name.strip() if isinstance(name, str) else ""
        if not self.username.fullmatch(text):
            raise BadUsernameError(
                f"That is not a {self.name} username, which has {self.rule}. "
                "Enter only the name, as in the address of your profile."
            )
        return text


@dataclass(frozen=True)
class Answer:
    """A site's answer. `data` is its JSON, or None if the body of an error is not JSON."""

    status: int
    data: Any


class Client:
    """Makes the requests for one list, under one deadline that starts now.

    Sends only to the scheme and host of `base_url`, follows no redirects and keeps no cookies.
    """

    def __init__(self, site: Site, base_url: str, settings: ListSettings) -> None:
        self.base_url = base_url.rstrip("/")
        self.site = site.name
        self._settings = settings
        self._deadline = time.monotonic() + settings.deadline
        parts = urlsplit(self.base_url)
        self._origin = (parts.scheme, parts.netloc)
        self._limit = limits.for_host(parts.netloc)

    def same_origin(self, url: str) -> str | None:
        """`url` rebuilt on this client's own scheme and host; None if it names another."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if (parts.scheme, parts.netloc) != self._origin:
            return None
        return f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        check: Callable[[Answer], None] = lambda _: None,
    ) -> Answer:
        """Send a request, repeat it after transient failures, and return the answer. `body` is sent as JSON.

        `check` may raise a transient `DownloadError` to have the request repeated. Answers with status 400 to 499,
        except 429, are returned. Raises the `DownloadError` of the last attempt.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, DownloadError) and error.transient),
            wait=self._pause,
            stop=self._give_up,
            reraise=True,
        )
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT, **(headers or {})}
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(body).encode()

        def attempt() -> Answer:
            answer = self._exchange(method, url, sent, content)
            check(answer)
            return answer

        return retrying(attempt)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = self._settings.backoff
        own = tenacity.wait_exponential_jitter(multiplier=backoff, max=self._settings.max_wait, jitter=backoff)
        return max(getattr(error, "retry_after", None) or 0.0, own(state))

    def _give_up(self, state: tenacity.RetryCallState) -> bool:
        wait = state.upcoming_sleep
        late = wait > self._settings.max_wait or time.monotonic() + wait > self._deadline
        return late or state.attempt_number >= self._settings.attempts

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        try:
            with self._limit.turn(self._settings, self._deadline):
                return self._once(method, url, headers, content)
        except limits.BusyError as error:
            raise self.rate_limited(error.wait) from None

    def _once(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._too_slow()
        with connections.deadline(left):
            try:
                status, raw = self._received(method, url, headers, content, left)
            except (ServerDownError, UnreachableError, PartialListError):
                if time.monotonic() >= self._deadline:
                    raise self._too_slow() from None
                raise
        try:
            return Answer(status, json.loads(raw))
        except (ValueError, RecursionError):
            if status >= 400:
                return Answer(status, None)
            raise BadAnswerError(
                f"{self.site} sent something that is not a list. It may be under maintenance: try again later, "
                "or upload an export."
            ) from None

    def _received(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, left: float
    ) -> tuple[int, bytes]:
        """The status and the body of the answer to one request."""
        site, settings = self.site, self._settings
        timeout = urllib3.Timeout(connect=min(settings.connect_timeout, left), read=min(settings.read_timeout, left))
        try:
            response = connections.pool().request(
                method, url, headers=headers, body=content, timeout=timeout,
                retries=False, redirect=False, preload_content=False,
            )  # fmt: skip
        except (failures.ReadTimeoutError, failures.ProtocolError):
            raise ServerDownError(f"{site} did not answer. Try again in a few minutes, or upload an export.") from None
        except (failures.HTTPError, OSError):
            raise UnreachableError(
                f"{site} cannot be reached from here. Check the network, or upload an export."
            ) from None
        try:
            self._refuse(response)
            self._heed(response)
            return response.status, self._body(response)
        finally:
            response.close()

    def _too_slow(self) -> ServerDownError:
        return ServerDownError(f"{self.site} answers too slowly. Try again later, or upload an export.")

    def _refuse(self, response: urllib3.BaseHTTPResponse) -> None:
        status = response.status
        if status == 429:
            raise self.rate_limited(_retry_after(response.headers.get("Retry-After")))
        if status >= 500:
            raise ServerDownError(f"{self.site} is down (status {status}). Try again later, or upload an export.")
        if not (200 <= status < 300 or status >= 400):
            raise BadAnswerError(
                f"{self.site} redirected this program to another address, which it does not follow. "
                "Upload an export instead."
            )

    def _heed(self, response: urllib3.BaseHTTPResponse) -> None:
        """Let no request start before the site's limit is reset, if this answer was the last one within it."""
        if (response.headers.get("X-RateLimit-Remaining") or "").strip() == "0":
            window = self._settings.rate_window
            reset = (response.headers.get("X-RateLimit-Reset") or "").strip()
            wait = float(reset) - time.time() if re.fullmatch(r"[0-9]{1,12}", reset) else window
            self._limit.hold(wait if 0 < wait < window else window)  # any other wait is that of a wrong clock

    def rate_limited(self, retry_after: float | None) -> RateLimitedError:
        """The error for a site that asks to wait. No thread of this process sends it requests until then."""
        if retry_after is not None and retry_after < math.inf:
            self._limit.hold(retry_after)
        when = "in a few minutes"
        if retry_after is not None and retry_after <= limits.MAX_HOLD:
            when = f"in {build.plural(max(1, round(retry_after)), 'second')}"
        return RateLimitedError(
            f"Too many lists are being fetched from {self.site} at the moment. Try again {when}.", retry_after
        )

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """The complete body."""
        site, settings = self.site, self._settings
        chunks: list[bytes] = []
        size = 0
        try:
            while chunk := response.read1(_CHUNK, decode_content=True):
                chunks.append(chunk)
                size += len(chunk)
                if size > settings.max_response_bytes:
                    raise BadAnswerError(f"{site} sent far more than a list can be. Upload an export instead.")
            if time.monotonic() >= self._deadline:  # a body of unknown length would look complete
                raise self._too_slow()
        except failures.ReadTimeoutError:
            raise ServerDownError(f"{site} stopped answering. Try again later, or upload an export.") from None
        except failures.DecodeError:
            raise BadAnswerError(f"{site} sent a damaged answer. Try again later, or upload an export.") from None
        except (failures.HTTPError, OSError):
            raise partial(site) from None
        return b"".join(chunks)


def partial(site: str) -> PartialListError:
    """The error for an incomplete list."""
    return PartialListError(
        f"The connection to {site} broke off before the list was complete, so none of it was used. "
        "Try again, or upload an export."
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header, which has seconds or a date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
