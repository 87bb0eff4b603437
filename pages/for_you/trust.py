"""How far to trust the predictions for one fan: how often the fan's scores lie in the predicted ranges."""

import streamlit as st

from pages.for_you import typical_scores
from pages.parts import charts, narrow, resources, state
from pages.parts.text import count, plain, shorten
from recsys import Profile
from recsys.serving import narrowing, taste, trust

_LEAST = 3
_NAMED = 4
_SAID = {"reliable": "Reliable", "unsure": "Unsure", "unknown": "Not clear"}
_GROUPS = {"Genre": "Genre", "Decade": "Era", "Popularity": "Popularity"}


def show(fan: Profile, model: str, left_out: taste.LeftOut) -> None:
    """The section, computed when it is opened. An address with a choice of groups opens it."""
    section = st.expander(
        "How far to trust us", icon=":material/verified:", key="trust-open", on_change="rerun",
        expanded=st.query_params.get("trust") in _GROUPS.values(),
    )  # fmt: skip
    if section.open:
        with section:
            _held(left_out)
            _helpful(fan, model)


def _held(left_out: taste.LeftOut) -> None:
    every = trust.overall(left_out)
    st.markdown(
        f"Each score has a likely range, predicted from the other scores alone. **{every.held:,} of {every.n:,}** "
        f"scores lie in their range: {every.held / every.n:.0%}, where {trust.AIM:.0%} should. A predicted score is "
        f"off by **{every.error:.1f}** points on average."
    )
    known = {name: facet for name, facet in _facets().items() if name in _GROUPS}
    name = st.segmented_control(
        "Trust by", list(known), format_func=_GROUPS.__getitem__, key="trust", default=next(iter(known)),
        required=True, bind="query-params", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    found = trust.by_group(resources.engine().catalogue, known[name], left_out)
    st.markdown(_in_words(found))
    _table([one for one in found if one.n >= _LEAST], _GROUPS[name])


@st.cache_resource(show_spinner=False)
def _popularity() -> taste.Facet:
    return trust.popularity(resources.engine().catalogue)


def _facets() -> dict[str, taste.Facet]:
    return {**typical_scores.facets(), "Popularity": _popularity()}


def _in_words(found: list[trust.Trust]) -> str:
    """Which groups are reliable, unsure, or too small, as Markdown."""
    by_verdict = {verdict: [one for one in found if one.verdict == verdict] for verdict in _SAID}
    lines = []
    for verdict in ("reliable", "unsure"):
        some = by_verdict[verdict]
        named = [f"**{plain(one.label, 40)}** ({one.held} of {one.n})" for one in some[:_NAMED]]
        more = f" and {count(len(some) - _NAMED, 'other', 'others')}" if len(some) > _NAMED else ""
        if named:
            lines.append(f"{_SAID[verdict]} on {', '.join(named)}{more}.")
    if few := len(by_verdict["unknown"]):
        lines.append(f"For {count(few, 'group')}, it is not clear.")
    return " ".join(lines)


def _table(found: list[trust.Trust], facet: str) -> None:
    charts.space_above_table()
    st.dataframe(
        {
            facet: [shorten(one.label) for one in found],
            "Titles": [one.n for one in found],
            "In the range": [100 * one.held / one.n for one in found],
            "At least": [100 * one.low for one in found],
            "At most": [100 * one.high for one in found],
            "Off by": [one.error for one in found],
            "Trust": [_SAID[one.verdict] for one in found],
        },
        hide_index=True,
        column_config={
            **{
                name: st.column_config.NumberColumn(format="%.0f%%") for name in ("In the range", "At least", "At most")
            },
            "Off by": st.column_config.NumberColumn(format="%.1f"),
        },
        alt=f"{facet}: scored titles, the share in the predicted range with its 90% interval, and the average error",
    )
    st.caption(
        "“At least” and “At most” are the 90% interval of the share in the range: with few titles, it may be chance. "
        f"Reliable: the whole interval is above two thirds. Unsure: it is below {trust.AIM:.0%}. Else, and "
        f"with fewer than {trust.MIN_TITLES} titles, it is not clear."
    )


def _helpful(fan: Profile, model: str) -> None:
    st.markdown("### Titles whose rating would help most")
    if model not in narrowing.MODELS:
        st.caption("With this model, the ranges depend on how many titles are rated, and not on which.")
        return
    engine, skip = resources.engine(), state.visit().unseen | state.visit().hidden
    found = state.remembered(
        "helpful", (fan, model, skip), lambda: narrowing.of_all(engine, fan, model, 3, skip), "Choosing titles …"
    )
    if not found:
        st.caption("There is no title left that this list could tell more about.")
        return
    gain = 1 - found[-1].width
    said = f"about {gain:.1%}" if gain >= 0.001 else "less than 0.1%"
    st.markdown(f"With scores of these titles, all ranges together get {said} narrower.")
    narrow.rating_rows(found, "helpful")
