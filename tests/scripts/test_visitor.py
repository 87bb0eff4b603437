"""The benchmark's visitor, on a small app of its own."""

from collections.abc import Iterator

import pytest

from scripts.benchmarks.servers import Server, serving
from scripts.benchmarks.visitor import PageError, Visitor, run

_APP = """
import streamlit as st

st.session_state["whole"] = st.session_state.get("whole", 0) + 1
st.markdown(f"whole run {st.session_state['whole']}")
st.markdown("always the same, " * 10_000)

@st.fragment
def part():
    chosen = st.select_slider("Colour", ["red", "green", "blue"], key="colour", bind="query-params")
    if chosen == "green":
        st.markdown("only for green")
    st.markdown(f"chosen {chosen}")

part()
kind = st.pills("Kind", ["small", "large"], key="kind", bind="query-params")
st.markdown(f"kind {kind}")
for i in range(10):
    st.button("Hide", key=f"ten-hidden-{100 + i}")
if kind == "large":
    st.button("Hide", key="ten-hidden-999")
if st.selectbox("Way", ["good", "bad"], key="way", bind="query-params") == "bad":
    raise RuntimeError
"""


@pytest.fixture(scope="module")
def small_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    tree = tmp_path_factory.mktemp("small_app")
    (tree / "app.py").write_text(_APP, encoding="utf-8")
    with serving(tree) as server:
        yield server


def lines(visitor: Visitor) -> set[str]:
    return {line for line in visitor.texts().splitlines() if line and not line.startswith("always")}


def test_a_control_in_a_fragment_runs_only_the_fragment(small_app: Server) -> None:
    async def visit() -> None:
        async with Visitor(small_app.address, "colour=green") as visitor:
            await visitor.open()
            assert lines(visitor) == {"whole run 1", "only for green", "chosen green", "kind None"}
            await visitor.choose("colour", "blue")
            assert lines(visitor) == {"whole run 1", "chosen blue", "kind None"}
            await visitor.choose("kind", "large")
            assert lines(visitor) == {"whole run 2", "chosen blue", "kind large"}
            assert visitor.query == {"colour": "blue", "kind": "large"}

    run(visit())


def test_a_message_that_the_browser_keeps_is_sent_once(small_app: Server) -> None:
    async def visit() -> None:
        async with Visitor(small_app.address, "") as visitor:
            await visitor.open()
            first = visitor.received
            await visitor.choose("kind", "small")
            await visitor.choose("kind", "large")
            assert first > 150_000 > 2 * (visitor.received - first)
            assert "always the same" in visitor.texts()

    run(visit())


def test_titles_are_those_that_the_page_shows_now(small_app: Server) -> None:
    async def visit() -> None:
        async with Visitor(small_app.address, "kind=large") as visitor:
            await visitor.open()
            assert visitor.titles() == {*range(100, 110), 999}
            visitor.check()
            await visitor.choose("kind", "small")
            assert visitor.titles() == set(range(100, 110))

    run(visit())


def test_an_exception_on_the_page_is_an_error(small_app: Server) -> None:
    async def visit() -> None:
        async with Visitor(small_app.address, "") as visitor:
            await visitor.open()
            await visitor.choose("way", "bad")
            with pytest.raises(PageError, match="RuntimeError"):
                visitor.check()
            with pytest.raises(PageError, match="no control with the query parameter 'size'"):
                visitor.options("size")
            with pytest.raises(PageError, match="no option 'violet'"):
                await visitor.choose("colour", "violet")

    run(visit())


def test_a_server_that_is_gone_is_an_error(small_app: Server) -> None:
    """The last test of this file: it ends the server."""

    async def visit() -> None:
        visitor = Visitor(small_app.address, "")
        await visitor.open()
        small_app.process.kill()
        with pytest.raises(PageError, match="closed the connection"):
            await visitor.choose("kind", "small")
        small_app.process.wait(60)
        with pytest.raises(PageError, match="/: "):
            await visitor.open()

    run(visit())
