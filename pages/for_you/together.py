"""Titles that two to five fans would all enjoy, and how far their lists agree."""

from dataclasses import replace

import streamlit as st

from pages.for_you import group_cards, group_invite, group_lists
from pages.parts import controls, resources, state
from pages.parts.text import count, plain
from recsys import Filters
from recsys.serving import group

_TEN = 10
_HOW: dict[group.How, str] = {"average": "Average", "misery": "Least misery", "floor": "Nobody below"}
_WHAT = {
    "average": "Ordered by the average of how much each fan wants a title.",
    "misery": "Ordered by how much the fan who wants a title least wants it.",
    "floor": "Only titles to which nobody is predicted to give a lower score, best average first.",
}


def _how() -> tuple[group.How, float]:
    how: group.How = st.segmented_control(
        "How to choose", list(_HOW), key="fair", default=next(iter(_HOW)), required=True, format_func=_HOW.__getitem__,
        bind="query-params", wrap=True,
    )  # fmt: skip
    floor = 7.0
    if how == "floor":
        floor = st.slider("Nobody below", 1.0, 10.0, 7.0, 0.5, "%.1f", key="floor", bind="query-params")
    st.caption(_WHAT[how] + " All lists count the same, whether their scores are high or low.")
    return how, floor


def _shortage(
    everyone: list[group_lists.Member], model: str, filters: Filters, floor: float | None, begun: bool
) -> None:
    """Why there are fewer than ten."""
    fans = [member.profile for member in everyone]
    left, each = group.candidates(resources.engine(), fans, model, filters, floor, begun)
    text = f"{count(left, 'title is', 'titles are')} left for this group."
    if floor is None:
        text += " Use fewer filters, or switch on “Include titles that some have seen”."
    else:
        hardest = plain(everyone[each.index(min(each))].label, 24)
        text += f" The list with the fewest is {hardest}: {count(min(each), 'title')} at {floor:g} or above. "
        text += "Choose a lower score."
    st.info(text, icon=":material/filter_alt:")


def _picks(everyone: list[group_lists.Member]) -> None:
    left, right = st.columns(2)
    with left:
        how, floor = _how()
    with right:
        model = controls.model()
        allow_begun = st.toggle("Include titles that some have seen", key="begun", bind="query-params")
    hidden = frozenset().union(*(member.visit.hidden for member in everyone))
    filters = controls.filters()
    filters = replace(filters, exclude=filters.exclude | hidden)
    fans = [member.profile for member in everyone]
    engine = resources.engine()
    picks = group.recommend(engine, fans, how, _TEN, model, filters, floor, allow_begun)
    if len(picks) < _TEN:
        _shortage(everyone, model, filters, floor if how == "floor" else None, allow_begun)
    if picks:
        group_cards.grid(picks, everyone)
    st.markdown("## How far they agree")
    st.caption(
        "+1 means the same order of titles, 0 no relation and −1 the opposite order. “Scores” compares the titles that "
        "both have scored. “Taste” compares what is predicted for all titles, apart from what everybody likes."
    )
    found = state.remembered(
        "agreements", (*fans, model), lambda: group.agreements(engine, fans, model), "Comparing the lists …"
    )
    group_cards.agreements(found, everyone)
    if apart := [split for split in group.splits(fans, 6) if engine.has_title(split.anime_id)]:
        st.markdown("### Biggest disagreements")
        group_cards.splits(apart, everyone)


def _page() -> None:
    group_lists.read_address()
    st.title("Together")
    group_invite.show()
    everyone = group_lists.taking_part()
    if len(everyone) < group.MIN_FANS:
        st.info(
            f"A group needs {group.MIN_FANS} to {group.MAX_FANS} lists. Add a community fan or a friend’s link, "
            "or keep the list of the sidebar here and open another one there.",
            icon=":material/group_add:",
        )
    else:
        _picks(everyone)
    missing = group_lists.write_address()
    if len(everyone) >= group.MIN_FANS:
        without = f" without {', '.join(plain(member.label, 24) for member in missing)}" if missing else ""
        why = ": imported and very long lists do not go into an address" if missing else ""
        st.caption(f"The address of this page leads to the same group{without}{why}.")


_page()
