"""A visitor without a browser: speaks the protocol of Streamlit's websocket and keeps what a browser would keep."""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

T = TypeVar("T")

#: Kinds of widgets that `choose` can move -> the field of the widget's state that holds the chosen text.
_CHOICES = {"slider": "string_array_value", "button_group": "string_array_value", "selectbox": "string_value"}
#: What a title of the ten leaves in the page: the key of a widget or container of its card.
_TITLE = re.compile(r"\bten-[a-z]+-(\d+)")
_DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
_FILES = urllib3.PoolManager(maxsize=64, retries=False, timeout=60)


class PageError(Exception):
    """The page is not what the visitor came for, or the connection broke."""


class Visitor:
    """One visit. `open`, then `choose` as often as wanted, then `close`.

    Timers of the page (`run_every`) do not run: they wait for covers, which the benchmarks switch off.
    """

    def __init__(self, server: str, query: str) -> None:
        """`server` is the address of a running app without a path; `query` is the query string, without "?"."""
        self.server, self.query = server, dict(parse_qsl(query, keep_blank_values=True))
        self.session = ""
        self.cookie = ""
        self.received = 0  # bytes
        self._socket: ClientConnection | None = None
        self._page = ""
        self._nodes: dict[tuple[int, ...], tuple[Delta, int]] = {}  # path -> what is there, and the run that drew it
        self._states: dict[str, WidgetState] = {}
        self._cache: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs, self._longest_cached = 0, 2

    async def __aenter__(self) -> "Visitor":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Load the page as a browser does, and wait until its script ended."""
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            await self._fetch(path)
        await self.connect()
        await self.rerun()

    async def reconnect(self) -> None:
        """After a break, come back as a browser does: it asks for its session and sends the page's address."""
        for path in ("/_stcore/health", "/_stcore/host-config"):
            await self._fetch(path)
        await self.connect()
        await self.rerun()

    async def connect(self) -> None:
        """Open the websocket, for the session of the last connection if there was one."""
        await self.close()
        address = urlsplit(self.server)._replace(scheme="ws", path="/_stcore/stream").geturl()
        words = ["streamlit", "-", self.session] if self.session else ["streamlit"]
        headers = {"Cookie": self.cookie} if self.cookie else {}
        self._socket = await connect(
            address, subprotocols=[Subprotocol(word) for word in words], additional_headers=headers, max_size=None,
            compression=None, open_timeout=60, ping_interval=None, proxy=None,
        )  # fmt: skip

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def rerun(self, fragment: str = "") -> None:
        """Run the script, or one fragment of it, and wait until it ended."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = urlencode(self.query), self._page, fragment
        state.widget_states.widgets.extend(self._states.values())
        state.cached_message_hashes.extend(self._cache)
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "en-GB"
        state.context_info.url, state.context_info.color_scheme = f"{self.server}/", "light"
        socket = self._connected()
        try:
            await socket.send(message.SerializeToString())
            while not self._read(await socket.recv(decode=False)):
                pass
        except ConnectionClosed as error:
            raise PageError(f"The server closed the connection: {error}") from error

    def options(self, control: str) -> list[str]:
        """The texts of the control with this query parameter, in its order."""
        return self._control(control)[2]

    async def choose(self, control: str, option: str) -> None:
        """Choose this text in the control with this query parameter, and wait until the page follows."""
        kind, widget, options, fragment = self._control(control)
        if option not in options:
            raise PageError(f"The control {control!r} has no option {option!r}.")
        state = WidgetState(id=widget.id)
        if _CHOICES[kind] == "string_value":
            state.string_value = option
        else:
            state.string_array_value.data.append(option)
        self._states[widget.id] = state
        self.query[control] = option
        await self.rerun(fragment)

    def titles(self) -> set[int]:
        """Ids of the ten recommended titles that the page shows."""
        return {int(found) for delta, _ in self._nodes.values() for found in _TITLE.findall(_identity(delta))}

    def texts(self) -> str:
        """Everything written on the page, one element a line."""
        return "\n".join(delta.new_element.markdown.body for delta, _ in self._nodes.values())

    def check(self) -> None:
        """Raise `PageError` unless the page shows ten titles and no error."""
        for delta, _ in self._nodes.values():
            if delta.new_element.HasField("exception"):
                shown = delta.new_element.exception
                raise PageError(f"The page shows an exception: {shown.type} {shown.message}".rstrip())
        if (n := len(self.titles())) < 10:
            raise PageError(f"The page shows {n} titles instead of ten.")

    def _connected(self) -> ClientConnection:
        if self._socket is None:
            raise PageError("There is no connection.")
        return self._socket

    async def _fetch(self, path: str) -> None:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        try:
            # A browser, too, asks again where the server closed a connection that was kept open.
            retries = urllib3.Retry(1, redirect=0, status=0)
            reply = await asyncio.to_thread(_FILES.request, "GET", self.server + path, headers=headers, retries=retries)
        except urllib3.exceptions.HTTPError as error:
            raise PageError(f"{path}: {error}") from error
        if reply.status != 200:
            raise PageError(f"{path}: status {reply.status}")
        given = [line.partition(";")[0] for line in reply.headers.getlist("set-cookie")]
        kept = dict(part.split("=", 1) for part in [*filter(None, self.cookie.split("; ")), *given])
        self.cookie = "; ".join(f"{name}={value}" for name, value in kept.items())

    async def upload(self, name: str, content: bytes) -> int:
        """Upload a file as `st.file_uploader` does; the status of the reply."""
        message = BackMsg()
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        socket = self._connected()
        await socket.send(message.SerializeToString())
        reply = ForwardMsg()
        while not reply.HasField("file_urls_response"):
            data = await socket.recv(decode=False)
            self._read(data)
            reply = ForwardMsg.FromString(data)
        return await self.put(reply.file_urls_response.file_urls[0].upload_url, name, content)

    async def put(self, path: str, name: str, content: bytes) -> int:
        """Send a file in a form, with the token against forged requests; the status of the reply."""
        token = dict(part.split("=", 1) for part in self.cookie.split("; ")).get("_streamlit_xsrf", "")
        headers = {"Cookie": self.cookie, "X-Xsrftoken": token.strip('"')}
        fields = {"file": (name, content)}
        reply = await asyncio.to_thread(_FILES.request, "PUT", self.server + path, fields=fields, headers=headers)
        return reply.status

    def _control(self, name: str) -> tuple[str, Any, list[str], str]:
        """Kind, message, options and fragment of the control with this query parameter."""
        for delta, _ in self._nodes.values():
            kind = delta.new_element.WhichOneof("type")
            if kind in _CHOICES and (widget := getattr(delta.new_element, kind)).query_param_key == name:
                return (
                    kind,
                    widget,
                    [getattr(option, "content", option) for option in widget.options],
                    delta.fragment_id,
                )
        raise PageError(f"The page has no control with the query parameter {name!r}.")

    def _read(self, data: bytes) -> bool:
        """Take one message in; True when it ends a run of the script."""
        self.received += len(data)
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "ref_hash":
            if message.ref_hash not in self._cache:
                raise PageError("The server referred to a message that it never sent.")
            full = ForwardMsg()
            full.CopyFrom(self._cache[message.ref_hash][0])
            full.metadata.CopyFrom(message.metadata)
            self._cache[message.ref_hash] = (self._cache[message.ref_hash][0], self._runs)
            message = full
        elif message.metadata.cacheable:
            self._cache[message.hash] = (message, self._runs)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            started, self._runs = message.new_session, self._runs + 1
            self.session = started.initialize.session_id or self.session
            self._page = started.page_script_hash
            self._longest_cached = started.config.max_cached_message_age
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash or self._page
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string, keep_blank_values=True))
        elif kind == "delta":
            self._nodes[tuple(message.metadata.delta_path)] = (message.delta, self._runs)
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            raise PageError(message.session_event.script_compilation_exception.message)
        elif kind == "script_finished" and message.script_finished in _DONE:
            self._forget_old(message)
            return True
        return False

    def _forget_old(self, ended: ForwardMsg) -> None:
        """Drop what the run that ended did not draw again, and messages that are cached for too long."""
        whole = ended.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        fragments = set(ended.metadata.run.fragment_ids)
        self._nodes = {
            path: (delta, run)
            for path, (delta, run) in self._nodes.items()
            if run == self._runs or not (whole or delta.fragment_id in fragments)
        }
        known = set(self._widgets())
        self._states = {name: state for name, state in self._states.items() if name in known}
        oldest = self._runs - self._longest_cached
        self._cache = {name: kept for name, kept in self._cache.items() if kept[1] >= oldest}

    def _widgets(self) -> Iterator[str]:
        for delta, _ in self._nodes.values():
            if kind := delta.new_element.WhichOneof("type"):
                yield getattr(getattr(delta.new_element, kind), "id", "")


def _identity(delta: Delta) -> str:
    """The id of an element or container; the key that the page gave is part of it."""
    if kind := delta.new_element.WhichOneof("type"):
        return str(getattr(getattr(delta.new_element, kind), "id", ""))
    return delta.add_block.id


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns. It runs in a thread of its own, as the caller may have a running event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
