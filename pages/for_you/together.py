"""Titles that two to five fans would all enjoy, and how far their lists agree."""

from dataclasses import replace

import streamlit as st

from pages.for_you import group_cards, group_invite, group_lists
from pages.parts import controls, resources, state
from pages.parts.text import count, plain
from recsys import Filters, Profile
from recsys.serving import evening, group

_TEN, _PLANS = 10, 5
_VIEWS = ("Ten titles", "An evening of four")
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
    view = st.segmented_control(
        "Show", _VIEWS, key="show", default=_VIEWS[0], required=True, bind="query-params", wrap=True,
        label_visibility="collapsed",
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        how, floor = _how() if view == _VIEWS[0] else ("average", 7.0)
        number = _number() if view != _VIEWS[0] else 1
    with right:
        model = controls.model()
        allow_begun = view == _VIEWS[0] and st.toggle(
            "Include titles that some have seen", key="begun", bind="query-params"
        )
    hidden = frozenset().union(*(member.visit.hidden for member in everyone))
    filters = controls.filters()
    if filters.planned == "only":
        st.caption("Only titles that at least one of these lists has planned.")
    filters = replace(filters, exclude=filters.exclude | hidden)
    fans = [member.profile for member in everyone]
    if view == _VIEWS[0]:
        _ten(everyone, fans, how, floor, model, filters, allow_begun)
    else:
        _evening(everyone, fans, number, model, filters)
    _agreement(everyone, fans, model)


def _ten(
    everyone: list[group_lists.Member],
    fans: list[Profile],
    how: group.How,
    floor: float,
    model: str,
    filters: Filters,
    allow_begun: bool,
) -> None:
    picks = group.recommend(resources.engine(), fans, how, _TEN, model, filters, floor, allow_begun)
    if len(picks) < _TEN:
        _shortage(everyone, model, filters, floor if how == "floor" else None, allow_begun)
    if picks:
        group_cards.grid(picks, everyone)


def _number() -> int:
    number = st.segmented_control(
        "Plan", range(1, _PLANS + 1), key="evening", default=1, required=True, bind="query-params", wrap=True,
    )  # fmt: skip
    st.caption(
        "Four titles that are fair together: who gets least from them gets as much as possible. The next plan has four "
        "others."
    )
    return number


def _evening(
    everyone: list[group_lists.Member], fans: list[Profile], number: int, model: str, filters: Filters
) -> None:
    found = evening.plan(resources.engine(), fans, number, model, filters)
    if found is None:
        st.info("Fewer than four titles are left. Use fewer filters, or an earlier plan.", icon=":material/filter_alt:")
    else:
        group_cards.evening(found, everyone)


def _agreement(everyone: list[group_lists.Member], fans: list[Profile], model: str) -> None:
    engine = resources.engine()
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
