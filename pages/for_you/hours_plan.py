"""The Recommend page for so many hours: titles by expected enjoyment per hour, and a plan that fits."""

from collections.abc import Sequence

import streamlit as st

from pages.for_you import cover_grid
from pages.parts import resources, state
from pages.parts.text import count
from recsys import Filters, Pick
from recsys.serving import hours, usual
from recsys.serving.folding import Folding
from recsys.serving.hours import Timed, WithinHours


def show(
    folding: Folding, limit: int, n: int, filters: Filters, discovery: float, odds: float
) -> tuple[list[Pick], list[Pick]]:
    """Draw and return the best `n` titles of at most `limit` hours, and the plan above them."""
    model = folding.aligned.model.name
    found = state.remembered(
        "within-hours",
        (state.visit(), model, limit, filters, discovery, odds),
        lambda: hours.within(resources.engine(), folding, limit, model, filters, discovery, odds),
    )
    _plan(found, limit, folding)
    titles = found.titles[:n]
    if titles:
        st.markdown("## Most enjoyment per hour")
        _measure(found, folding)
        _grid(titles, "ten", folding)
    return [one.pick for one in titles], [one.pick for one in found.plan]


def _plan(found: WithinHours, limit: int, folding: Folding) -> None:
    st.markdown(f"## Plan for {count(limit, 'hour')}")
    if found.plan:
        total = duration(sum(one.minutes for one in found.plan))
        short = any(one.minutes < hours.LEAST_MINUTES for one in found.plan)
        counted = f" (each one under {hours.LEAST_MINUTES} minutes counts as {hours.LEAST_MINUTES})" if short else ""
        st.caption(
            f"{count(len(found.plan), 'title')}, {total} in all{counted}: the most expected enjoyment in {limit} hours."
        )
        _grid(found.plan, "plan", folding)
    elif found.titles:
        st.info(
            "No title that fits is predicted above your usual score. Choose more hours or fewer filters.",
            icon=":material/timer:",
        )


def _measure(found: WithinHours, folding: Folding) -> None:
    """How enjoyment is measured, and how many titles are left out."""
    few = len(folding.folded.scores) < usual.MIN_SCORES
    level = "the mean of all scores predicted for you" if few else "your usual score"
    text = (
        f"Expected enjoyment is the points predicted above {found.usual:.1f}, {level}, times the chance that you give "
        "8 or more. Here it is divided by the hours to watch all episodes. "
        f"A title under {hours.LEAST_MINUTES} minutes counts as {hours.LEAST_MINUTES} minutes."
    )
    if found.unknown:
        left_out = count(found.unknown, "title of unknown length is", "titles of unknown length are")
        text += f" {left_out} left out."
    st.caption(text)


def _grid(titles: Sequence[Timed], key: str, folding: Folding) -> None:
    why = [describe(one) for one in titles]
    cover_grid.show([one.pick for one in titles], key, folding, chances=True, why=why)


def describe(one: Timed) -> str:
    """How long a title takes and its enjoyment per hour, for its card."""
    return f"{duration(one.minutes)} · {one.per_hour:.2f} an hour"


def duration(minutes: float) -> str:
    """ "2 h 5 min"; at least 1 minute."""
    full, rest = divmod(max(round(minutes), 1), 60)
    return " ".join([f"{full} h"] * (full > 0) + [f"{rest} min"] * (rest > 0))
