"""What the pages behind the scenes share: what is read once for all visitors, and how an unmeasured thing looks."""

import streamlit as st

from pages.parts import resources
from pages.parts.text import plain
from recsys import RecsysError
from recsys.serving import data_facts, reports, sql_box
from recsys.serving.engine import MODEL_LABELS


@st.cache_resource(show_spinner=False)
def _reports() -> reports.Reports:
    return reports.read(resources.ARTIFACTS)


@st.cache_resource(show_spinner="Counting …")
def _facts() -> data_facts.DataFacts:
    return data_facts.read(resources.ARTIFACTS)


@st.cache_resource(show_spinner=False)
def _box() -> sql_box.SqlBox:
    return sql_box.SqlBox(resources.ARTIFACTS)


def answer(query: str) -> sql_box.Answer:
    """The result of a query, which the box keeps for the next visitor. Raises `RecsysError`."""
    with st.spinner("Running the query …"):
        return _box().run(query)


def measured() -> reports.Reports:
    """What was measured; stops the page with a clear message when that cannot be read."""
    return _or_stop(_reports)


def facts() -> data_facts.DataFacts:
    """What the data is; stops the page with a clear message when that cannot be read."""
    return _or_stop(_facts)


def _or_stop(read):
    try:
        return read()
    except RecsysError as error:
        st.error(f"This page's figures cannot be read.\n\n{plain(str(error), 400)}", icon=":material/broken_image:")
        st.stop()


def name_of(contender: str) -> str:
    """A model's or baseline's name as text for a reader."""
    head, comma, rest = contender.partition(",")
    return MODEL_LABELS.get(head, contender if not comma else head) + comma + rest


def not_measured(command: str) -> None:
    """A section whose figures do not exist yet, and the command that makes them."""
    with st.container(border=True):
        st.markdown(":material/hourglass_empty: **Not measured yet**")
        st.caption("The figures appear here once this was run on real ratings and its result shipped:")
        st.code(f"python -m scripts.evaluate {command} --out artifacts", language="bash", wrap_lines=True)
