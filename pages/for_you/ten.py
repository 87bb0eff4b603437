"""What a fan with a list sees: controls, ten titles, the next parts of series, charts and files.

Moving a control runs only `_results` again, in the fragment called "ten": the controls stand outside of it.
"""

import streamlit as st

import recsys
from pages.for_you import cover_grid, details, hours_plan, how_many, list_basis, other_ways, share, shortage, ten_charts
from pages.parts import controls, reasons, resources, state
from recsys.serving import hours
from recsys.serving.folding import Folding

_KEY, _SHELF = "ten", 5


def show() -> None:
    cover_grid.begin()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="controls"):
        controls.model(on_change=_move)
        controls.discovery(on_change=_move)
        controls.odds(on_change=_move)
        controls.filter_popover(on_change=_move)
    _results()


def _move() -> None:
    details.rerun(_KEY, other_ways.KEY)  # this run may cut short the one that removes closed details


@st.fragment(key=_KEY)
def _results() -> None:
    _draw()
    details.drawn(_KEY)


def _draw() -> None:
    model, discovery, filters = controls.chosen()
    folding = state.folding(model)
    engine = resources.engine()
    n, odds, limit = how_many.shown(), controls.chosen_odds(), controls.chosen_hours()
    plan: list[recsys.Pick] = []
    if limit:
        filters = hours.fitting(filters, limit)
        picks, plan = hours_plan.show(folding, limit, n, filters, discovery, odds)
    else:
        picks = _usual_order(folding, n, filters, discovery, odds)
    if shortage.may_be_told(filters, len(picks), n):
        shortage.tell(engine.candidates(folding, model, filters, discovery=discovery), filters, len(picks), n)
    if not picks:
        return
    if len(picks) == n:
        how_many.more(on_change=_move)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(list_basis.describe(model), width="stretch")
        share.show(picks)
    shown = list(dict.fromkeys([*picks, *plan]))
    _next_parts(folding, filters, shown)
    ten_charts.show(picks, folding, discovery, filters)


def _usual_order(folding: Folding, n: int, filters: recsys.Filters, discovery: float, odds: float) -> list[recsys.Pick]:
    """Draw and return the `n` titles in the order of `Engine.recommend`, with their reasons."""
    engine, model = resources.engine(), folding.aligned.model.name
    picks = engine.recommend(folding, model, n, filters, discovery, diversity=controls.DIVERSITY, reasons=0, odds=odds)
    if picks:
        why = state.remembered(
            "why-ten",
            (state.visit(), model, tuple(pick.anime_id for pick in picks)),
            lambda: [
                reasons.briefly(one, folding.fan)
                for one in engine.drivers(folding, [pick.anime_id for pick in picks], model)
            ],
        )
        cover_grid.show(picks, "ten", folding, chances=odds > 0, why=why)
    return picks


def _next_parts(folding: Folding, filters: recsys.Filters, shown: list[recsys.Pick]) -> None:
    """Draw the next parts of the fan's series that are not among those `shown`."""
    exclude = filters.exclude if filters.new_series else filters.exclude | {pick.anime_id for pick in shown}
    only = recsys.Filters(continuing=True, franchise_rules=True, adult=filters.adult, exclude=exclude)
    model = folding.aligned.model.name
    picks = state.remembered(
        "next-parts",
        (state.visit(), model, only),
        lambda: resources.engine().recommend(folding, model, _SHELF, only, reasons=0),
    )
    if picks:
        st.markdown("## Continue your series")
        cover_grid.show(picks, "next", folding)
