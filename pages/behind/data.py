"""The Data page: where the data comes from, how it is distributed, and a box for SQL queries."""

import streamlit as st

from pages.behind import report_charts, shared, sql
from pages.parts import charts
from pages.parts.text import count, plain
from recsys.serving.data_facts import SPARSE, TRAIN_SHARE, DataFacts, Source

_VIEWS = ("Overview", "Ask in SQL")
_CONTENTS = {
    "catalogue.parquet": "Facts about titles: names, genres, episodes, years, where to watch",
    "franchises.parquet": "Which titles belong together, in what order, and what to watch first",
    "title_stats.parquet": "How often each title got each score from real fans; nobody's list is in it",
    "ratings.parquet": "The scores that the fans of this app's community gave",
    "unscored.parquet": "Titles that the community watched or plans to watch, without a score",
    "users.parquet": "The names of the community's fans",
}
_RATERS = (1, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
_LENGTHS = (0, 1, 10, 25, 50, 100, 200, 400, 800, 1_600)


def _counts(facts: DataFacts) -> None:
    kind = "Simulated fans" if facts.simulated else "Fans of the community"
    with st.grid(columns=4, min_column_width=150, border=True, key="counts"):
        st.metric("Real ratings", f"{facts.n_ratings:,}")
        st.metric("Titles with real ratings", f"{len(facts.raters):,}")
        st.metric(kind, f"{len(facts.list_lengths):,}")
        st.metric("Their ratings", f"{int(facts.list_lengths.sum()):,}")
    st.markdown(
        f"The models are trained on the ratings of {TRAIN_SHARE}% of the real fans. The other fans are held out, to "
        "tune and to test the models."
    )
    if facts.simulated:
        st.info(
            "The fans whose lists you can open in this app are **simulated**: a program drew their lists at random. It "
            "knows how often real fans watch each title, which titles go together, and what scores the trained model "
            "predicts. The models and the score counts come from real lists, but this app contains no list of a real "
            "person.",
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
    st.markdown(plain(_CONTENTS.get(source.file, "")))
    packages = ", ".join(f"{plain(name)} {plain(version)} ({plain(licence)})" for name, version, licence in source.of)
    st.caption(
        f"{packages or plain(source.data_set)} · licence: {plain(source.licence or 'see the packages')} · written "
        f"{plain(source.date)}",
        help=plain(source.command, 400),
    )


def _distributions(facts: DataFacts) -> None:
    community = "Simulated fans" if facts.simulated else "Fans of the community"
    left, right = st.columns(2)
    with left:
        st.markdown("### Scores")
        charts.histogram([("Real fans", facts.real_scores), (community, facts.community_scores)], "chart-scores", 280)
    with right:
        st.markdown("### Real ratings per title")
        report_charts.histogram(facts.raters, _RATERS, "Ratings", "Titles", "chart-raters")
    st.markdown(f"### Scored titles per fan, {community.lower()}")
    report_charts.histogram(facts.list_lengths, _LENGTHS, "Scored titles", community, "chart-lengths")


def _sparsity(facts: DataFacts) -> None:
    st.markdown("## Sparse titles and fans")
    st.markdown(
        f"The article that this project started from counts the titles and fans with fewer than {SPARSE} ratings, and "
        "keeps only those with more than 10: from fewer ratings a model learns mostly noise."
    )
    if facts.sparsity:
        with st.grid(columns=2, min_column_width=240, border=True, key="sparsity"):
            for what, sparse, of in facts.sparsity:
                st.metric(
                    f"{what.capitalize()} with fewer than {SPARSE} ratings",
                    f"{sparse:,} of {of:,}",
                    help="Before this rule was applied",
                )
    else:
        st.caption("The counts before this rule were not recorded when the data was prepared.")
    mean = facts.n_ratings / max(len(facts.raters), 1)
    st.caption(
        f"In the shipped data, {count(facts.sparse_titles, 'title')} of {len(facts.raters):,} and "
        f"{count(facts.sparse_fans, 'fan')} of the community's {len(facts.list_lengths):,} have fewer than {SPARSE} "
        f"ratings. A title has {mean:,.0f} real ratings on average; half of the titles have "
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
    st.markdown("## How it is distributed")
    _distributions(facts)
    _sparsity(facts)


_page()
