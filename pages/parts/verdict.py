"""What the figures say, in words that follow from them."""

from pages.parts import behind
from pages.parts.text import plain
from recsys.serving import reports
from recsys.serving.reports import Curve


def winners(curves: list[Curve], *, highest: bool, digits: int = 3) -> str:
    """Who is best at which numbers of known ratings, as Markdown."""
    lead: dict[str, list[str]] = {}
    for k, (name, figure) in reports.best(curves, highest=highest).items():
        lead.setdefault(name, []).append(f"{k} ({figure.value:.{digits}f})")
    parts = [f"**{plain(behind.name_of(name))}** with {_and(counts)} known" for name, counts in lead.items()]
    return f"Best: {'; '.join(parts)}." if parts else ""


def simpler_wins(curves: list[Curve], order: list[str], *, highest: bool) -> list[str]:
    """Where a model is no better than a simpler one, as Markdown sentences; `order` lists models, the simplest first.

    A difference smaller than two standard errors of both together counts as none.
    """
    ours = {curve.name: curve for curve in curves if curve.is_model and curve.name in order}
    sentences = []
    for i, name in enumerate(order):
        if name not in ours:
            continue
        for simple in order[:i]:
            if simple not in ours or not (counts := _no_better(ours[name], ours[simple], highest=highest)):
                continue
            sentences.append(
                f"**{plain(behind.name_of(name))}** is no better than **{plain(behind.name_of(simple))}** with "
                f"{_and([str(k) for k in counts])} known."
            )
    return sentences


def _no_better(curve: Curve, simple: Curve, *, highest: bool) -> list[int]:
    sign = 1 if highest else -1
    counts = []
    for k in curve.counts:
        one, other = curve.at(k), simple.at(k)
        if one is None or other is None:
            continue
        noise = 2 * ((one.error or 0) ** 2 + (other.error or 0) ** 2) ** 0.5
        if sign * (one.value - other.value) <= noise:
            counts.append(k)
    return counts


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
