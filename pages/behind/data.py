"""The data: where it comes from, how it is spread, and a box to ask it anything."""

import streamlit as st

from pages.behind import report_charts, shared, sql
from pages.parts.text import count, plain
from recsys.serving.data_facts import SPARSE, DataFacts, Source

_VIEWS = ("Overview", "Ask in SQL")
_WHAT = {
    "catalogue.parquet": "What titles are: names, genres, episodes, years, where to watch",
    "title_stats.parquet": "How often each real score was given to each title; whose scores they are is not in it",
    "ratings.parquet": "Who gave what in the community of this app",
    "unscored.parquet": "What the community watched or plans, without a score",
    "users.parquet": "Their names",
}
_RATERS = (1, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
_LENGTHS = (1, 10, 25, 50, 100, 200, 400, 800, 1_600)


def _counts(facts: DataFacts) -> None:
    kind = "Simulated fans" if facts.simulated else "Fans"
    with st.grid(columns=4, min_column_width=150, border=True, key="counts"):
        st.metric("Real ratings trained on", f"{facts.trained_on:,}")
        st.metric("Titles with real ratings", f"{len(facts.raters):,}")
        st.metric(kind, f"{len(facts.list_lengths):,}")
        st.metric("Their ratings", f"{int(facts.list_lengths.sum()):,}")
    if facts.simulated:
        st.info(
            "The fans whose lists you can look at are **simulated**: drawn from the trained model so that their lists "
            "look real and belong to nobody. The models and the score counts come from real ratings; no real list is "
            "shipped.",
            icon=":material/theater_comedy:",
        )


def _sources(facts: DataFacts) -> None:
    st.markdown("## Where it comes from")
    with st.grid(columns=2, min_column_width=320, border=True, key="sources") as cells:
        for source in facts.sources:
            with cells.cell():
                _source(source)


def _source(source: Source) -> None:
    mark = " :material/theater_comedy: simulated" if source.simulated else ""
    st.markdown(f"**{plain(source.file)}** · {count(source.rows, 'row')}{mark}")
    st.markdown(plain(_WHAT.get(source.file, "")))
    packages = ", ".join(f"{plain(name)} {plain(version)} ({plain(licence)})" for name, version, licence in source.of)
    st.caption(
        f"{packages or plain(source.data_set)} · licence: {plain(source.licence or 'see its packages')} · made "
        f"{plain(source.date)}",
        help=plain(source.command, 400),
    )


def _distributions(facts: DataFacts) -> None:
    community = "Simulated fans" if facts.simulated else "Community"
    left, right = st.columns(2)
    with left:
        st.markdown("### Scores")
        report_charts.shares({"Real": facts.real_scores, community: facts.community_scores}, "chart-scores")
    with right:
        st.markdown("### Real ratings of a title")
        report_charts.spread(facts.raters, _RATERS, "Ratings", "Titles", "chart-raters")
    st.markdown(f"### Length of a list, {community.lower()}")
    report_charts.spread(facts.list_lengths, _LENGTHS, "Scored titles", community, "chart-lengths")


def _sparsity(facts: DataFacts) -> None:
    st.markdown("## How sparse it is")
    st.markdown(
        f"The reference article asks how many titles and fans have fewer than {SPARSE} ratings, and keeps only those "
        "with more than 10: of the others, a model learns mostly noise."
    )
    if facts.sparsity:
        with st.grid(columns=2, min_column_width=240, border=True, key="sparsity"):
            for what, sparse, of in facts.sparsity:
                st.metric(
                    f"{what.capitalize()} with fewer than {SPARSE} ratings",
                    f"{sparse:,} of {of:,}",
                    help="Before that rule was applied",
                )
    else:
        st.caption("How many there were before the rule was not noted when the shipped data was prepared.")
    filled = facts.trained_on / max(len(facts.raters), 1)
    st.caption(
        f"After the rule, {count(facts.sparse_titles, 'title')} of {len(facts.raters):,} and "
        f"{count(facts.sparse_fans, 'fan')} of the community's {len(facts.list_lengths):,} have fewer than {SPARSE}. "
        f"A title that is left has {filled:,.0f} real ratings on average, and half of them have "
        f"{facts.median_raters:,.0f} or fewer."
    )


def _page() -> None:
    st.title("The data")
    view = st.segmented_control(
        "View", _VIEWS, key="view", default=_VIEWS[1 if "q" in st.query_params else 0], required=True,
        bind="query-params", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    if view == "Ask in SQL":
        sql.show()
        return
    facts = shared.facts()
    _counts(facts)
    _sources(facts)
    st.markdown("## How it is spread")
    _distributions(facts)
    _sparsity(facts)


_page()
