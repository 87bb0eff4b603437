"""Titles that two to five fans would all enjoy, and how far their lists agree."""

import streamlit as st

from pages.for_you import group_cards, group_invite, group_lists
from pages.parts import controls, resources, state
from pages.parts.text import count, plain
from recsys import Filters
from recsys.serving import group

_TEN = 10
_HOW: dict[group.How, str] = {"average": "Average", "misery": "Least misery", "floor": "Nobody below"}
_WHAT = {
    "average": "By how high a title stands, on average, in the order made for each list alone.",
    "misery": "By how high a title stands with the one who wants it least.",
    "floor": "Best on average, of the titles that nobody is predicted to score lower.",
}


def _how() -> tuple[group.How, float]:
    how: group.How = st.segmented_control(
        "Fair means", list(_HOW), key="fair", default=next(iter(_HOW)), required=True, format_func=_HOW.__getitem__,
        bind="query-params", wrap=True,
    )  # fmt: skip
    floor = 7.0
    if how == "floor":
        floor = st.slider("Nobody below", 1.0, 10.0, 7.0, 0.5, "%.1f", key="floor", bind="query-params")
    st.caption(_WHAT[how] + " Harsh and generous lists have the same say.")
    return how, floor


def _shortage(
    everyone: list[group_lists.Member], model: str, filters: Filters, floor: float | None, begun: bool
) -> None:
    """Why there are fewer than ten."""
    fans = [member.profile for member in everyone]
    left, each = group.candidates(resources.engine(), fans, model, filters, floor, begun)
    text = f"{count(left, 'title is', 'titles are')} left for this group."
    if floor is None:
        text += " Loosen the filters, or allow what some have seen."
    else:
        hardest = plain(everyone[each.index(min(each))].label, 24)
        text += f" Hardest to please is {hardest}, with {min(each):,} at {floor:g} or above. Lower the bar?"
    st.info(text, icon=":material/filter_alt:")


def _picks(everyone: list[group_lists.Member]) -> None:
    left, right = st.columns(2)
    with left:
        how, floor = _how()
    with right:
        model = controls.model()
        allow_begun = st.toggle("Allow what some have seen", key="begun", bind="query-params")
    filters = controls.filters()
    fans = [member.profile for member in everyone]
    engine = resources.engine()
    picks = group.recommend(engine, fans, how, _TEN, model, filters, floor, allow_begun)
    if len(picks) < _TEN:
        _shortage(everyone, model, filters, floor if how == "floor" else None, allow_begun)
    if picks:
        group_cards.grid(picks, everyone)
    st.markdown("## How far they agree")
    st.caption(
        "From −1, opposite, over 0, unrelated, to +1, the same order. Scores compares the titles that both scored, "
        "taste what is predicted for all titles, beyond what everybody thinks of them."
    )
    found = state.remembered(
        "agreements", (*fans, model), lambda: group.agreements(engine, fans, model), "Comparing the lists …"
    )
    group_cards.agreements(found, everyone)
    if apart := [split for split in group.splits(fans, 6) if engine.has_title(split.anime_id)]:
        st.markdown("### Furthest apart")
        group_cards.splits(apart, everyone)


def _page() -> None:
    group_lists.read_address()
    st.title("Together")
    group_invite.show()
    everyone = group_lists.members()
    if len(everyone) < group.MIN_FANS:
        st.info(
            "Two lists are needed, and up to five can join. Add a fan of the community, a friend's link, or keep the "
            "list in the sidebar here and open another.",
            icon=":material/group_add:",
        )
    else:
        _picks(everyone)
        if any(not member.shareable for member in everyone):
            st.caption("The address of this page brings anybody to the same group, without the imported lists.")
        else:
            st.caption("The address of this page brings anybody to the same group.")
    group_lists.write_address()


_page()
