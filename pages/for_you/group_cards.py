"""Titles for a group, the score that each is predicted to give, and how far the lists agree."""

import math
from collections.abc import Sequence

import streamlit as st

from pages.for_you.group_lists import Member
from pages.parts import cards, pickers, reasons, resources
from pages.parts.text import count, plain
from recsys.serving.evening import Evening
from recsys.serving.group import MIN_COMMON, Agreement, GroupPick, Share, Split
from recsys.serving.group_odds import LIKED

_NAME = 24  # characters
_WHO = 200  # pixels
_JOINED = "\u2060–\u2060"  # a dash at which no line breaks


def grid(picks: Sequence[GroupPick], members: list[Member]) -> None:
    """Cards in as many columns as fit, best first."""
    with st.grid(columns=2, min_column_width=330, border=True, key="together") as cells:
        for pick in picks:
            with cells.cell():
                _card(pick, members)


def evening(found: Evening, members: list[Member]) -> None:
    """The titles of an evening, and what each member gets out of it."""
    grid(found.picks, members)
    lines = [
        f"- {plain(member.label, _NAME)}: **{mean:.1f}** on average, most for {_name(found.picks[favourite])}"
        for member, mean, favourite in zip(members, found.means, found.favourites, strict=True)
    ]
    st.markdown("\n".join(lines))


def _name(pick: GroupPick) -> str:
    return plain(pickers.names_of(resources.engine().title(pick.anime_id))[0], 60)


def _card(pick: GroupPick, members: list[Member]) -> None:
    title = resources.engine().title(pick.anime_id)
    with st.container(horizontal=True, gap="small", wrap=False, key=f"pick-{pick.anime_id}"):
        cards.cover(title)
        with st.container(gap="xxsmall"):
            st.markdown(pickers.title_names(title))
            st.caption(cards.facts(title))
            if title.mean_score:
                st.caption(f"MyAnimeList {title.mean_score:.1f}")
            if not math.isnan(pick.all_like):
                st.markdown(f":material/groups: All give {LIKED} or more: **{reasons.often(pick.all_like)}**")
    with st.container(gap="xxsmall"):
        for member, share in zip(members, pick.shares, strict=True):
            _share(member, share, title.mean_score)


def _share(member: Member, share: Share, mean: float | None) -> None:
    who = plain(member.label, _NAME)
    if share.begun:
        given = f"gave **{share.given:g}**" if share.given is not None else f"predicted **{share.predicted:.1f}**"
        st.markdown(f"{who} {given} :small[:material/visibility: seen]")
        return
    planned = " :material/bookmark: planned" if share.planned else ""
    likely = f"{round(share.low, 1):g}{_JOINED}{round(share.high, 1):g}"
    with st.container(horizontal=True, gap="small", wrap=False, vertical_alignment="center"):
        st.markdown(f"{who} **{share.predicted:.1f}** :small[{likely}{planned}]", width=_WHO)
        cards.interval(share, mean, member.label)
    if why := reasons.strongest(share.drivers, member.profile) or share.reason:
        st.caption(f"Because of {cards.because(why)}")


def agreements(found: list[Agreement], members: list[Member]) -> None:
    """Each pair's agreement: in the titles that both scored, and in what is predicted for them."""
    with st.grid(columns=2, min_column_width=300, border=True, key="agreements") as cells:
        for one in found:
            with cells.cell():
                _pair(one, members)


def _pair(one: Agreement, members: list[Member]) -> None:
    with st.container(gap="xxsmall"):
        st.markdown(f"**{plain(members[one.first].label, _NAME)}** and **{plain(members[one.second].label, _NAME)}**")
        if one.scores is not None:
            likely = f"likely {_signed(one.low)} to {_signed(one.high)} (80%)"
            st.markdown(f"Scores **{_signed(one.scores)}** on {count(one.common, 'common title')} :small[{likely}]")
        elif one.common < MIN_COMMON:
            st.markdown(f"Scores: {count(one.common, 'common title')}, but {MIN_COMMON} are needed to compare")
        else:
            st.markdown(f"Scores: {count(one.common, 'common title')}, but one list has the same score for all of them")
        if one.taste is None:
            st.markdown("Taste: this model predicts the same for both")
        else:
            st.markdown(f"Taste **{_signed(one.taste)}** :small[{_word(one.taste)}]")


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}".replace("-", "−")


def _word(correlation: float) -> str:
    steps = ((0.5, "very similar"), (0.2, "similar"), (-0.2, "unrelated"), (-0.5, "rather opposed"))
    return next((word for least, word in steps if correlation >= least), "opposed")


def splits(found: list[Split], members: list[Member]) -> None:
    """Titles on which the scores differ most."""
    with st.grid(columns=2, min_column_width=300, key="splits") as cells:
        for one in found:
            title = resources.engine().title(one.anime_id)
            scores = " · ".join(f"{plain(members[place].label, _NAME)} **{score:g}**" for place, score in one.given)
            with cells.cell():
                cards.row(title, scores)
