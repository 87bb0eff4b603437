"""Shared by the Models and Data pages: reports and facts, read once for all visitors, and texts."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import resources
from pages.parts.text import plain
from recsys import RecsysError
from recsys.serving import data_facts, model_content, reports, sql_box
from recsys.serving.engine import MODEL_LABELS

#: A measured share may differ by so much from what was said.
SLACK = 0.03


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


@st.cache_resource(show_spinner=False)
def known_to(model: str) -> tuple[tuple[str, ...], int, int]:
    """The facts about titles that a model knows, how many titles it can score, and how many of these have no rating."""
    engine = resources.engine()
    titles = engine.aligned(model).model.item_ids.tolist()
    return model_content.content_of(engine, model), len(titles), sum(not engine.raters(title) for title in titles)


def measured() -> reports.Reports:
    """The reports; stops the page with a clear message when they cannot be read."""
    return _or_stop(_reports)


def facts() -> data_facts.DataFacts:
    """The facts about the data; stops the page with a clear message when they cannot be read."""
    return _or_stop(_facts)


def _or_stop(read):
    try:
        return read()
    except RecsysError as error:
        st.error(
            f"The figures of this page cannot be read.\n\n{plain(str(error), 400)}", icon=":material/broken_image:"
        )
        st.stop()


def name_of(algorithm: str) -> str:
    """The name of a model or baseline for a reader."""
    head, comma, rest = algorithm.partition(",")
    return MODEL_LABELS.get(head, head) + comma + rest


def listed(parts: Sequence[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def not_measured(command: str) -> None:
    """Says that a section has no figures yet, and which command measures them."""
    with st.container(border=True):
        st.markdown(":material/hourglass_empty: **Not measured yet**")
        st.caption("The figures appear here after this command was run on real ratings:")
        st.code(f"python -m scripts.evaluate {command} --out artifacts", language="bash", wrap_lines=True)
