"""One title for tonight, drawn by the chance that the fan gives it 8 or more."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from pages.for_you import same_filters, shortage
from pages.for_you.tonight_draw import drawn
from pages.parts import cards, controls, cover_slots, links, pickers, reasons, resources, state
from pages.parts.text import count, plain
from recsys import Filters, Pick, Title
from recsys.serving.folding import Folding

_FROM = {"ten": "Ten titles for you", "plan": "My plan"}
_TEN, _PLAN = 10, 50
_COVER = 240
_LINKS = 6
#: Of the query parameter, "SEED.NUMBER": with one seed, "Another" counts up and no title comes twice.
_LARGEST = 10**7


def _page() -> None:
    st.title("One for tonight")
    if not state.visit().has_list:
        st.info(
            "There is no list yet. Rate a few titles in the sidebar, or import your list, and one title will be chosen "
            "for you.",
            icon=":material/playlist_add:",
        )
        return
    source = st.segmented_control(
        "Choose from", list(_FROM), format_func=_FROM.__getitem__, key="pool", default="ten", required=True,
        bind="query-params", wrap=True,
    )  # fmt: skip
    filters, folding, picks = _choices(source, same_filters.choose())
    if not picks:
        _say_none(source, filters, folding)
        return
    seed, number = _draw()
    order = drawn(picks, seed)
    _show(order[number % len(order)], folding)
    st.button(
        "Another", key="another", icon=":material/casino:", on_click=_another, args=(seed, number + 1),
        disabled=len(order) == 1,
    )  # fmt: skip
    st.caption(
        f"Title {number % len(order) + 1} of {len(order)}, in random order: the higher the chance that you give 8 or "
        "more, the sooner it tends to come. "
        + ("" if state.visit().source == "import" else "The page’s address leads to the same title.")
    )


def _choices(source: str, base: Filters) -> tuple[Filters, Folding, list[Pick]]:
    engine, now, model = resources.engine(), state.visit(), resources.engine().default_model

    def choose() -> tuple[Filters, Folding, list[Pick]]:
        folding = engine.fold_in(now.profile, model)
        plan = source == "plan"
        filters = replace(base, new_series=not plan, planned="only" if plan else base.planned, exclude=now.hidden)
        n, diversity = (_PLAN, 0.0) if plan else (_TEN, controls.DIVERSITY)
        return filters, folding, engine.recommend(folding, model, n, filters, diversity=diversity, reasons=0)

    return state.remembered("tonight", (now, source, base), choose, "Choosing …")


def _say_none(source: str, filters: Filters, folding: Folding) -> None:
    if source == "ten":
        shortage.tell(resources.engine().candidates(folding, filters=filters, discovery=0.0), filters, 0, _TEN)
    elif folding.fan.planned:
        st.info(
            "No title on your plan is left: filters remove it, you have watched it, or an earlier part comes first.",
            icon=":material/bookmark:",
        )
    else:
        st.info("No title is on your plan: plan some first.", icon=":material/bookmark:")


def _draw() -> tuple[int, int]:
    """The seed and the number in the address; without them, today's date and the first."""
    seed, dot, number = st.query_params.get("draw", "").partition(".")
    if dot and all(part.isascii() and part.isdecimal() and int(part[:9]) < _LARGEST for part in (seed, number)):
        return int(seed[:9]), int(number[:9])
    return datetime.now(UTC).date().toordinal(), 0


def _another(seed: int, number: int) -> None:
    st.query_params["draw"] = f"{seed}.{number}"


def _show(pick: Pick, folding: Folding) -> None:
    title = resources.engine().title(pick.anime_id)
    with st.container(border=True, horizontal=True, gap="medium", key="tonight"):
        with st.container(width=_COVER):
            cover_slots.show(title, _COVER)
        with st.container(gap="small", width="stretch"):
            st.markdown(f"## {plain(pickers.names_of(title)[0])}")
            st.caption(cards.facts(title))
            st.markdown(f"### {_strongest_reason(pick, folding)}")
            st.markdown(f"You **{pick.predicted:.1f}** · {cards.likely(pick.low, pick.high)}")
            if chance := reasons.chance(pick.chance_high):
                st.markdown(chance)
            _buttons(title)


def _strongest_reason(pick: Pick, folding: Folding) -> str:
    explanation = resources.engine().explain(folding, pick.anime_id, folding.aligned.model.name)
    if why := reasons.because(explanation.drivers, folding.fan):
        return why
    raising = [reason for reason in explanation.reasons if reason.effect > 0]
    if raising:
        return f"Because of {cards.because(raising[0])}"
    return f"{count(resources.engine().raters(pick.anime_id), 'fan')} in the ratings data rated it"


def _buttons(title: Title) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        planned = title.anime_id in state.visit().profile.planned
        st.button(
            "Planned" if planned else "Plan to watch", key="tonight-planned", icon=":material/bookmark:",
            on_click=state.mark, args=(title.anime_id, "planned"), disabled=planned,
        )  # fmt: skip
        st.button(
            "Not for me", key="tonight-hidden", icon=":material/block:", on_click=state.mark,
            args=(title.anime_id, "hidden"),
        )  # fmt: skip
        if st.button("Title page", key="tonight-page", icon=":material/open_in_new:"):
            links.open_title(title.anime_id)
        links.streaming(title, _LINKS)


_page()
