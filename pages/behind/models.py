"""The Models page: figures on held-out fans, the ten titles of each model side by side, and how each model works."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.behind import choosing, model_columns, model_words, ranges, report_charts, shared
from pages.parts.text import count, plain
from recsys.serving import reports
from recsys.serving.trust import AIM

_VIEWS = ("Results", "Side by side", "How each works")
_BASELINES = "best baseline"
_SECTIONS = (
    reports.NEW_FANS,
    reports.EARLIER_FANS,
    reports.WATCHING,
    reports.LATER_FANS,
    reports.PAGE,
    "article",
    "cold-titles",
    *choosing.SUBJECTS,
    ranges.SUBJECT,
)


def _new_fans(report: reports.Reports, measure: str, *, highest: bool) -> list[reports.Curve]:
    """The curves of the models and of the best baseline."""
    curves = report.curves(measure)
    rival = reports.envelope([curve for curve in curves if curve.is_baseline], _BASELINES, highest=highest)
    return [curve for curve in curves if curve.is_model] + ([rival] if rival else [])


def _who(report: reports.Reports) -> str:
    fans = f"{max(report.fans().values()):,} held-out fans; fewer of them have enough ratings for the larger numbers."
    tuned = " The models were tuned on these fans." if report.part == "validation" else ""
    return fans + tuned


def _winners(curves: list[reports.Curve], *, highest: bool) -> str:
    """The best algorithm at each number of known ratings, as Markdown."""
    lead: dict[str, list[str]] = {}
    for k, (name, figure) in reports.best(curves, highest=highest).items():
        lead.setdefault(name, []).append(f"{k} ({figure.value:.3f})")
    parts = [f"**{plain(shared.name_of(name))}** with {shared.listed(counts)}" for name, counts in lead.items()]
    return f"Best, by number of known ratings: {'; '.join(parts)}." if parts else ""


def _by_count(report: reports.Reports, measure: str, text: str, *, highest: bool) -> None:
    """A measure of the models and of the best baseline: test fans', or else what training measured."""
    name = reports.NAMES[measure]
    st.markdown(text)
    if curves := _new_fans(report, measure, highest=highest):
        st.caption(_who(report))
    elif curves := list(report.validation.get(measure, ())):
        st.caption("On validation fans. The models were tuned on them; test fans are not measured yet.")
    else:
        shared.not_measured(reports.NEW_FANS)
        return
    st.markdown(_winners(curves, highest=highest))
    report_charts.by_count(curves, name, f"chart-{measure}")
    with st.expander("All figures", icon=":material/table:", key=f"all-{measure}", on_change="rerun") as table:
        if table.open:
            report_charts.all_by_count(report.curves(measure) or curves, f"{name} of all algorithms")


def _intervals(report: reports.Reports) -> None:
    st.markdown("## Interval calibration")
    st.markdown(
        f"Each predicted score has a likely range. The fan's own score should lie in it {AIM:.0%} of the time. "
        f"The grey area is {AIM - shared.SLACK:.0%} to {AIM + shared.SLACK:.0%}."
    )
    curves = [curve for curve in report.curves("band") if curve.is_model]
    if not curves:
        shared.not_measured(reports.NEW_FANS)
        return
    off = [
        f"{plain(shared.name_of(curve.name))} with {k} known ratings ({one.value:.1%})"
        for curve in curves
        for k, one in curve.points.items()
        if abs(one.value - AIM) > shared.SLACK
    ]
    st.markdown(f"Outside the grey area: {', '.join(off)}." if off else "All models are in the grey area.")
    report_charts.coverage(curves, "chart-bands")


def _simpler(report: reports.Reports) -> None:
    st.markdown("## Where a simpler model is as good")
    found = {
        "Finding titles": (_new_fans(report, "ndcg10", highest=True) or report.validation.get("ndcg10", ()), True),
        "Predicting scores": (_new_fans(report, "rmse", highest=False) or report.validation.get("rmse", ()), False),
    }
    lines = [
        f"- {what}: {_bold([model])} is not better than {_bold(simple)} with {_numbers(counts, curves)}."
        for what, (curves, highest) in found.items()
        for model, simple, counts in reports.simpler_wins(curves, highest=highest)
    ]
    st.markdown("\n".join(lines) or "Nowhere: each model is better than all simpler ones.")
    st.caption("A difference of less than two standard errors does not count.")
    for by_score, ranked in report.by_score_alone():
        most = max(by_score.points)
        st.markdown(
            f"When {plain(shared.name_of(ranked.name))} ranks titles by predicted score alone, as in the reference "
            f"article, its NDCG@10 with {most} known ratings is {by_score.points[most].text()}. With the ranking of "
            f"this app, it is {ranked.points[most].text()}."
        )


def _bold(models: Sequence[str]) -> str:
    return shared.listed([f"**{plain(shared.name_of(model))}**" for model in models], "or")


def _numbers(counts: Sequence[int], curves: Sequence[reports.Curve]) -> str:
    everywhere = {k for curve in curves for k in curve.points} == set(counts)
    return "any number of known ratings" if everywhere else f"{shared.listed([str(k) for k in counts])} known ratings"


def _page_rules(report: reports.Reports) -> None:
    table = None
    if found := report.page_rules():
        model, table = found
        how = f"The ten titles of {shared.name_of(model)} with each rule, compared with no rules."
        table = replace(table, how=how)
    report_charts.section(
        reports.PAGE,
        "What the page's rules cost",
        "The ten titles on the Recommend page include only one title of a series, its beginning first, and vary in "
        "genre. These rules leave out some titles that fans would have liked.",
        table,
        rows="Rules",
    )


def _training(report: reports.Reports) -> None:
    logged = [model for model in report.models if model.epochs]
    st.markdown("## Training by epoch")
    if not logged:
        st.caption("None of the shipped models recorded its epochs.")
    for model in logged:
        st.markdown(f"### {plain(shared.name_of(model.name))}")
        report_charts.epochs(model.epochs, f"chart-epochs-{model.name}")


def _results(report: reports.Reports) -> None:
    st.markdown("## Finding titles you would like")
    _by_count(
        report,
        "ndcg10",
        "Each model knows a few ratings of a held-out fan and ranks all other titles. NDCG@10 looks at its first ten: "
        "1 means that this fan scored all of them 8 or more, 0 means none of them. Higher is better.",
        highest=True,
    )
    st.markdown("## Predicting your score")
    _by_count(
        report,
        "rmse",
        "The typical difference between a predicted score and the fan's own, in points on the scale of 1 to 10 (root "
        "mean square error, RMSE). Lower is better.",
        highest=False,
    )
    _intervals(report)
    ranges.show(report)
    _simpler(report)
    choosing.show(report)
    report_charts.section(
        reports.WATCHING,
        "Fans of today, without scores",
        "Can a model find what somebody watches now from a list without scores?",
        report.table(reports.WATCHING),
    )
    report_charts.section(
        reports.LATER_FANS,
        "Trained on earlier lists",
        "How well do models that learned from old lists serve fans of later years, and their new titles?",
        report.table(reports.LATER_FANS),
        rows="Model and year of the fans",
    )
    report_charts.section(
        "article",
        "The reference article's table",
        "The algorithms of the article that this project started from, in a cross-validation like the article's. Here "
        "the model knows most ratings of every fan: compare these figures with each other, not with those above.",
        report.table("article"),
        digits=4,
    )
    report_charts.section(
        "cold-titles",
        "Titles without ratings",
        "Can a model predict the score of a title that nobody has rated, from facts about the title?",
        report.table("cold-titles"),
    )
    _page_rules(report)
    for subject in report.subjects:
        if subject not in _SECTIONS and (table := report.table(subject)):
            report_charts.section(subject, plain(subject.replace("-", " ").capitalize(), 60), "", table)
    _training(report)


def _page() -> None:
    report = shared.measured()
    st.title("Compare the models")
    names = [plain(shared.name_of(model.name)) for model in report.models]
    st.markdown(
        f"{count(len(names), 'model')}, from the simplest to the most complex: {shared.listed(names)}. Each predicts "
        "your scores from your list alone."
    )
    view = st.segmented_control(
        "View", _VIEWS, key="view", default=_VIEWS[0], required=True, bind="query-params",
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    if view == "Side by side":
        model_columns.show()
    elif view == "How each works":
        model_words.show(report)
    else:
        _results(report)


_page()
