"""How well titles are chosen: chances of high scores, fans of different taste, seeds, and the limit at the usual score.

Every sentence follows from the measured figures.
"""

from collections.abc import Mapping

import streamlit as st

from pages.behind import report_charts, shared
from pages.parts.text import plain
from recsys.serving import reports
from recsys.serving.measures import EVENTS
from recsys.serving.reports import Figure, Reports, Table

SUBJECTS = (reports.ODDS, reports.NICHES, reports.SEEDS, reports.USUAL, reports.ERAS)
_MODEL = "hybrid"


def show(report: Reports) -> None:
    """All sections."""
    _weaknesses(report)
    _odds(report)
    report_charts.section(
        reports.NICHES,
        "Fans by taste",
        "How well does each model serve fans of little-known titles, and fans of popular ones? A popularity lift of 1 "
        "says that the ten titles have twice as many raters as the titles of the fan’s list. With a lower "
        "miscalibration, the genres of the ten are closer to those of the list.",
        report.table(reports.NICHES),
        rows="Model and fans",
    )
    report_charts.section(
        reports.SEEDS,
        "Like these, not that",
        "Titles that a fan wants others to be like, or unlike, compared with the list of titles similar to one.",
        report.table(reports.SEEDS),
        rows="Chosen titles",
    )
    report_charts.section(
        reports.USUAL,
        "The limit at the usual score",
        "Nothing is recommended that is predicted clearly below the fan’s usual score, except at the adventurous end. "
        "This is what the limit costs, and what it gains.",
        report.table(reports.USUAL),
        rows="Recommendations",
    )
    report_charts.section(
        reports.ERAS,
        "As recent as your list",
        "Of the ten titles, at least as large a part is from 2021 on as of the fan’s list, up to three titles. This is "
        "what the rule costs fans whose lists have no scores. No list with scores in the data goes beyond 2020.",
        report.table(reports.ERAS),
        rows="Share of the list from 2021 on",
    )


def _odds(report: Reports) -> None:
    report_charts.section(
        reports.ODDS,
        "Chances of a high or a low score",
        "Each predicted score has a chance that you give it 8 or more, and 5 or less. The Brier score is the mean "
        "squared error of these chances: lower is better.",
        report.table(reports.ODDS),
        rows="Model",
    )
    if reliability := report.table(reports.ODDS, "reliability"):
        st.markdown("Of all titles with a chance of 70%, 70% should really get such a score: on the dashed line.")
        report_charts.reliability(_by_event(reliability), "chart-reliability")
    if order := report.table(reports.ODDS, "order"):
        st.markdown("### Recommending by these chances")
        st.markdown("With odds 0, titles come in the usual order; with odds 1, by the chance of 8 or more alone.")
        report_charts.figures(order, "Recommending by chances", rows="Order")


def _by_event(table: Table) -> dict[str, list[Mapping[str, Figure]]]:
    """Event ("8 or more") -> the figures of each tenth of its chances, in order."""
    found: dict[str, list[Mapping[str, Figure]]] = {}
    for name, row in table.rows.items():
        if {"chance", "happened"} <= row.keys():
            found.setdefault(_event(name), []).append(row)
    return found


def _event(name: str) -> str:
    """The event of a row such as "8 or more, 0.1 to 0.2"."""
    return name.partition(",")[0]


def _weaknesses(report: Reports) -> None:
    lines = [*_by_taste(report), *_by_chance(report), *_by_unlike(report), *_by_order(report)]
    if lines:
        st.markdown(f"## What {shared.name_of(_MODEL)} does badly")
        st.markdown("\n".join(f"- {line}" for line in lines))


def _by_taste(report: Reports) -> list[str]:
    """Of the groups of fans: whose ten are too popular, and who gets the least-known hits."""
    table = report.table(reports.NICHES)
    ours = {
        name.partition(", ")[2]: row for name, row in (table.rows if table else {}).items() if name.startswith(_MODEL)
    }
    lines = []
    lifts = {group: row["lift"].value for group, row in ours.items() if "lift" in row}
    if lifts and (most := max(lifts.values())) > 0:
        group = next(group for group, lift in lifts.items() if lift == most)
        lines.append(
            f"Fans of **{plain(group)}** taste get popular titles: their ten have {1 + most:.1f} times as many raters "
            "as the titles of their lists."
        )
    wrong = {group: row["miscalibration"].value for group, row in ours.items() if "miscalibration" in row}
    if len(wrong) > 1:
        worst, best = max(wrong, key=wrong.__getitem__), min(wrong, key=wrong.__getitem__)
        lines.append(
            f"The genres of the ten differ from those of the list, most for fans of **{plain(worst)}** taste "
            f"(miscalibration {wrong[worst]:.2f}; {plain(best)}: {wrong[best]:.2f})."
        )
    return lines


def _by_chance(report: Reports) -> list[str]:
    """The tenths of the chances that are off by more than `shared.SLACK` and two standard errors, and which of these
    gaps right chances could show too, with so few fans."""
    table, models = report.table(reports.ODDS, "reliability"), report.table(reports.ODDS)
    ours = models.rows.get(_MODEL, {}) if models else {}

    def may_be(name: str, gap: float) -> str:
        right = ours.get(f"gap_{EVENTS.get(_event(name))}_right")
        return ", which may be chance" if right and abs(gap) <= right.value else ""

    off = [
        f"{plain(name)} (said {row['chance'].value:.0%}, was {row['happened'].value:.0%}"
        f"{may_be(name, row['gap'].value)})"
        for name, row in (table.rows if table else {}).items()
        if {"gap", "chance", "happened"} <= row.keys()
        and abs(row["gap"].value) > max(shared.SLACK, 2 * (row["gap"].error or 0))
    ]
    return [f"Some chances are off by more than {shared.SLACK:.0%}: {'; '.join(off)}."] if off else []


def _by_unlike(report: Reports) -> list[str]:
    """Where titles to be unlike cost hits, and fewer disliked titles cannot be shown."""
    table = report.table(reports.SEEDS)
    lines = []
    for name, row in (table.rows if table else {}).items():
        cost, disliked = row.get("ndcg10_by_unlike"), row.get("disliked10_by_unlike")
        if cost and disliked and cost.value < -2 * (cost.error or 0) and disliked.value >= -2 * (disliked.error or 0):
            lines.append(
                f"With {plain(name)}: titles to be unlike change NDCG@10 by {cost.text()}, and the number of disliked "
                f"titles among the ten by {disliked.text()}, which may be chance."
            )
    return lines


def _by_order(report: Reports) -> list[str]:
    """What ranking by the chance of a high score alone loses."""
    table = report.table(reports.ODDS, "order")
    found = [row["ndcg10"] for row in (table.rows if table else {}).values() if "ndcg10" in row]
    if len(found) < 2 or found[-1].value >= found[0].value:
        return []
    lost = f"NDCG@10 falls from {found[0].text()} to {found[-1].text()}"
    return [f"Ranked by the chance of 8 or more alone, the ten are titles that few fans watch: {lost}."]
