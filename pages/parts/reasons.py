"""Why a title is recommended, and why its predicted score is what it is, in words."""

import math
from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts import cards
from pages.parts.text import count, plain
from recsys import Explanation, Profile
from recsys.types import Driver, Reason, Shared

#: Of the drivers with the largest shares, the sentence names those that the fan liked.
_DRIVERS, _NAMED = 5, 2
#: Characters of a title's name on a card, which shows as many lines of it as there is room for.
_BRIEF = 44
#: A high score, that of `Pick.chance_high`.
_HIGH = 8
#: Groups with smaller effects, in points, are joined with the titles that share nothing.
_SMALLEST = 0.02
_SINGLE = 6
_ROUNDING = 0.005
_KINDS = {"genre": "with the genre {}", "tag": "with the tag {}", "studio": "by {}", "era": "of the {}"}


def because(drivers: Sequence[Driver], fan: Profile) -> str | None:
    """Why a title is recommended, in one sentence of Markdown; None without `drivers`. A title counts as liked from 8,
    or from the fan's mean score if that is lower."""
    verb, named = _strongest(drivers, fan)
    names = [f"**{plain(driver.title, 60)}**" for driver in named[:_NAMED]]
    return f"Because you {verb} {' and '.join(names)}" if names else None


def briefly(drivers: Sequence[Driver], fan: Profile) -> str:
    """`because` for a card, with one title; empty without `drivers`."""
    verb, named = _strongest(drivers, fan)
    return f"Because you {verb} {plain(named[0].title, _BRIEF)}" if named else ""


def strongest(drivers: Sequence[Driver], fan: Profile) -> Driver | None:
    """The first of the titles that `because` names."""
    return next(iter(_strongest(drivers, fan)[1]), None)


def _strongest(drivers: Sequence[Driver], fan: Profile) -> tuple[str, list[Driver]]:
    """What the fan did with the strongest drivers, and those of them."""
    first, scores = list(drivers[:_DRIVERS]), fan.scores.values()
    from_score = min(_HIGH, sum(scores) / len(scores)) if scores else _HIGH
    liked = [driver for driver in first if driver.score is not None and driver.score >= from_score]
    return ("liked", liked) if liked else ("watched", first)


def chance(of_high: float) -> str | None:
    """The chance of a score of 8 or more, in words; None where it is not known (NaN)."""
    return None if math.isnan(of_high) else f"Chance that you give it {_HIGH} or more: **{often(of_high)}**"


def often(chance: float) -> str:
    """A chance (0..1) in words: "about 7 in 10", whose last three words stay on one line."""
    tenths = round(10 * chance)
    said = {0: "less than 1", 10: "more than 9"}.get(tenths, f"about {tenths}")
    return f"{said}\N{NO-BREAK SPACE}in\N{NO-BREAK SPACE}10"


def show_sum(explanation: Explanation, then: Callable[[Reason], None] | None = None) -> None:
    """The predicted score as a sum by what titles of the list share, and single titles on demand. `then` draws what
    stands beside a single title."""
    st.markdown("  \n".join(_sum(explanation)))
    if not explanation.exact:
        st.caption(
            "These effects are approximate. Each one is how much the prediction changes without that title; the "
            "rest of the difference is divided among all titles of the list."
        )
    with st.expander("Single titles", icon=":material/list:"):
        st.caption("The titles of your list that change this prediction most, in points")
        with st.container(gap="xxsmall"):
            for reason in explanation.reasons[:_SINGLE]:
                _single(reason, then)


def _sum(explanation: Explanation) -> list[str]:
    """The baseline, each group's effect, and their sum, a line of Markdown each; the numbers shown add up."""
    named = [group for group in explanation.groups if group.kind != "other" and abs(group.effect) >= _SMALLEST]
    effect = explanation.unclipped - explanation.baseline - math.fsum(group.effect for group in named)
    rest = len(explanation.reasons) - sum(len(group.reasons) for group in named)
    parts, said = [explanation.baseline, *(group.effect for group in named)], [_shared(group) for group in named]
    if rest:
        parts.append(effect)
        said.append(f"your {count(rest, 'other title' if named else 'title')}")
    baseline, *effects = _rounded(parts, explanation.unclipped)
    lines = [f":material/person: **{baseline:.2f}** for an empty list"]
    lines += [f"{_arrow(points)} **{signed(points)}** {words}" for points, words in zip(effects, said, strict=True)]
    limited = abs(explanation.unclipped - explanation.predicted) > _ROUNDING
    end = f", limited to {explanation.predicted:.2f}" if limited else ""
    return [*lines, f":material/equal: **{explanation.unclipped:.2f}**{end}"]


def _rounded(parts: Sequence[float], total: float) -> list[float]:
    """`parts` to two decimals such that they add up to `total` to two decimals: those that lose most by rounding down
    are rounded up (the largest remainder method)."""
    hundredths = [math.floor(100 * part) for part in parts]
    missing = max(round(100 * total) - sum(hundredths), 0)
    by_remainder = sorted(range(len(parts)), key=lambda i: hundredths[i] - 100 * parts[i])
    for i in by_remainder[:missing]:
        hundredths[i] += 1
    return [n / 100 for n in hundredths]


def _shared(group: Shared) -> str:
    titles = f"your {count(len(group.reasons), 'title')}"
    return (
        f"{titles} {_KINDS[group.kind].format(plain(group.label, 40))}" if group.label else f"{titles} of this series"
    )


def _single(reason: Reason, then: Callable[[Reason], None] | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.markdown(f"{_arrow(reason.effect)} **{signed(reason.effect)}** {cards.because(reason)}")
        if then is not None:
            then(reason)


def _arrow(points: float) -> str:
    return ":material/trending_up:" if points >= 0 else ":material/trending_down:"


def signed(points: float) -> str:
    """ "+0.40" or "−0.40"."""
    return f"{points:+.2f}".replace("-", "−")
