"""The "Ask in SQL" view: runs a visitor's query on the shipped tables. The query is a parameter of the address."""

import re
from pathlib import Path

import streamlit as st

from pages.behind import shared
from pages.parts.text import count, plain
from recsys import RecsysError
from recsys.serving.sql_box import Answer, Limits, QueryError

#: Name -> query.
_EXAMPLES = dict(re.findall(r"-- (.+)\n([^;]+);", Path(__file__).with_name("examples.sql").read_text("utf-8")))
_FIRST = next(iter(_EXAMPLES.values()))
_KEY = "sql"


def show() -> None:
    limits = Limits()
    st.markdown(
        "Query the tables of this app: `ratings`, `unscored` and `users` (the community), `catalogue`, `franchises` "
        "(what belongs together, and what to watch before what) and `title_stats` (counts of real scores). `DESCRIBE "
        "catalogue` lists the columns of a table. The language is "
        "[DuckDB's SQL](https://duckdb.org/docs/sql/introduction)."
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="examples"):
        st.caption("Examples", width="content")
        for name, example in _EXAMPLES.items():
            st.button(name, key=f"example-{name}", on_click=_take, args=(example,), type="tertiary")
    query = _query(limits)
    st.button("Run", icon=":material/play_arrow:", key="run")
    _answer(query, limits)
    st.caption(
        f"Read-only, at most {limits.seconds:g} seconds, {limits.memory_mb} MB and {limits.rows:,} rows. The address "
        "of this page includes the query, so you can share it."
    )


def _query(limits: Limits) -> str:
    """The query, kept in the address by hand: Explore binds its search to `q`, and a bound widget would take its text
    over."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = st.query_params.get("q", _FIRST)
    query = st.text_area(
        "Query",
        key=_KEY,
        height=190,
        max_chars=limits.query,
        help="One statement that only reads: SELECT, WITH, DESCRIBE, SUMMARIZE or EXPLAIN.",
    )
    if query != st.query_params.get("q", _FIRST):
        st.query_params["q"] = query
    return query


def _take(example: str) -> None:
    st.session_state[_KEY] = example


def _answer(query: str, limits: Limits) -> None:
    if not query.strip():
        st.info("Write a query or choose an example.", icon=":material/edit:")
        return
    try:
        answer = shared.answer(query)
    except QueryError as error:
        st.error(plain(str(error), 400), icon=":material/block:")
        if error.excerpt:
            st.code(error.excerpt[:1_000], language=None)
        return
    except RecsysError as error:
        st.error(plain(str(error), 400), icon=":material/broken_image:")
        return
    if answer.plan is not None:
        st.code(answer.plan, language=None)
        return
    _table(answer, limits)


def _table(answer: Answer, limits: Limits) -> None:
    n = len(answer.rows)
    if not n:
        st.info("The query found no rows.", icon=":material/search_off:")
        return
    more = f": the first ones, up to {limits.rows:,} rows and {limits.columns} columns" if answer.more else ""
    st.caption(f"{count(n, 'row')}{more}")
    st.dataframe(answer.by_column(), hide_index=True, width="stretch", alt=f"Answer with {count(n, 'row')}")
