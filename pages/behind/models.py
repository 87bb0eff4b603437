"""The models side by side: what was measured on fans they never saw, one fan through each, and what each one is."""

import streamlit as st

from pages.behind import model_columns, model_words, report_charts, shared
from pages.parts.text import count, plain
from recsys.serving import reports

_VIEWS = ("Results", "Side by side", "What each is")
#: What a band promises, and how far from it is still in order.
_BAND, _SLACK = 0.80, 0.03
_BASELINES = "best baseline"


def _new_fans(report: reports.Reports, measure: str, *, highest: bool) -> list[reports.Curve]:
    """The models' curves and that of the best baseline."""
    curves = report.curves(measure)
    rival = reports.envelope([curve for curve in curves if not curve.is_model], _BASELINES, highest=highest)
    return [curve for curve in curves if curve.is_model] + ([rival] if rival else [])


def _who(report: reports.Reports) -> str:
    fans = report.fans()
    part = {"test": "whom nothing was trained or tuned on", "validation": "on whom models were tuned"}
    return (
        f"Fans {part.get(report.part, 'held out')}: {max(fans.values()):,} of them, fewer where a long list is needed."
    )


def _ranking(report: reports.Reports) -> None:
    st.markdown("## Finding what you would like")
    st.markdown(
        "Told a few ratings of a fan, a model orders every title. NDCG@10 is 1 when its ten are titles that the fan "
        "gave 8 or more, best places first, and 0 when none is."
    )
    if curves := _new_fans(report, "ndcg10", highest=True):
        st.caption(_who(report))
        st.markdown(model_words.winners(curves, highest=True))
        report_charts.by_count(curves, "NDCG@10", "chart-ndcg")
        _all(report.curves("ndcg10"), "NDCG@10 of every contender", "ndcg10")
    elif curves := list(report.validation.get("ndcg10", ())):
        st.caption("On validation fans, on whom models were also tuned. Those of untouched fans are not measured yet.")
        report_charts.by_count(curves, "NDCG@10", "chart-ndcg")
    else:
        shared.not_measured(reports.NEW_FANS)


def _scores(report: reports.Reports) -> None:
    st.markdown("## Guessing your score")
    st.markdown(
        "How far predicted scores lie from those given, in points on the scale of 1 to 10 (root mean square error). "
        "Lower is better."
    )
    if curves := _new_fans(report, "rmse", highest=False):
        st.caption(_who(report))
    elif curves := list(report.validation.get("rmse", ())):
        st.caption("On validation fans, whom training did not see but tuning did. Untouched fans are not measured yet.")
    else:
        shared.not_measured(reports.NEW_FANS)
        return
    st.markdown(model_words.winners(curves, highest=False))
    report_charts.by_count(curves, "RMSE", "chart-rmse")
    _all(report.curves("rmse") or curves, "RMSE of every contender", "rmse")


def _all(curves: list[reports.Curve], what: str, key: str) -> None:
    with st.expander("All figures", icon=":material/table:", key=f"all-{key}", on_change="rerun") as table:
        if table.open:
            report_charts.all_by_count(curves, what)


def _bands(report: reports.Reports) -> None:
    st.markdown("## Whether the bands keep their word")
    st.markdown(
        f"Each predicted score comes with a band that should hold the true one {_BAND:.0%} of the time. The grey strip "
        f"is {_BAND - _SLACK:.0%} to {_BAND + _SLACK:.0%}."
    )
    curves = [curve for curve in report.curves("band") if curve.is_model]
    if not curves:
        shared.not_measured(reports.NEW_FANS)
        return
    off = [
        f"{plain(shared.name_of(curve.name))} with {k} known ({one.value:.1%})"
        for curve in curves
        for k, one in zip(curve.counts, curve.figures, strict=True)
        if abs(one.value - _BAND) > _SLACK
    ]
    st.markdown(f"Outside it: {', '.join(off)}." if off else "All are within it.")
    report_charts.coverage(curves, _BAND, _SLACK, "chart-bands")


def _table(report: reports.Reports, subject: str, heading: str, text: str, digits: int = 3) -> None:
    st.markdown(f"## {heading}")
    st.markdown(text)
    if table := report.table(subject):
        if table.how:
            st.caption(plain(table.how, 600))
        report_charts.figures(table, heading, digits)
    else:
        shared.not_measured(subject)


def _worse(report: reports.Reports) -> None:
    st.markdown("## Where simpler wins")
    order = [model.name for model in report.models]
    found = {
        "Finding titles": (_new_fans(report, "ndcg10", highest=True) or [*report.validation.get("ndcg10", ())], True),
        "Guessing scores": (_new_fans(report, "rmse", highest=False) or [*report.validation.get("rmse", ())], False),
    }
    lines = [
        f"- {what}: {sentence}"
        for what, (curves, highest) in found.items()
        for sentence in model_words.simpler_wins(curves, order, highest=highest)
    ]
    st.markdown("\n".join(lines) or "Nowhere in these figures: each model is better than all simpler ones.")
    st.caption("A difference within two standard errors counts as none.")
    alone = [curve for curve in report.curves("ndcg10") if curve.name.endswith("by score alone")]
    for curve in alone:
        with_watching = next((c for c in report.curves("ndcg10") if c.name == curve.name.partition(",")[0]), None)
        if with_watching:
            alone_figure, served_figure = curve.figures[-1].text(), with_watching.figures[-1].text()
            st.markdown(
                f"{plain(shared.name_of(with_watching.name))} in the order of predicted scores alone, as in the "
                f"reference article, has an NDCG@10 of {alone_figure} with {curve.counts[-1]} known ratings; in the "
                f"order that is served it has {served_figure}."
            )


def _page_rules(report: reports.Reports) -> None:
    st.markdown("## What the page's rules cost")
    st.markdown(
        "The ten on the page hold one title of a series, its beginning first, and are kept from being ten of a kind. "
        "Some fans would have liked what that leaves out."
    )
    if found := report.page_rules():
        model, table = found
        st.caption(f"The ten of {plain(shared.name_of(model))}, against its ten without rules.")
        report_charts.figures(table, "What the page's rules cost")
    else:
        shared.not_measured(reports.PAGE)


def _training(report: reports.Reports) -> None:
    logged = [model for model in report.models if model.epochs]
    st.markdown("## How training went")
    if not logged:
        st.caption("None of the shipped models logged its epochs.")
    for model in logged:
        st.markdown(f"### {plain(shared.name_of(model.name))}")
        report_charts.epochs(model.epochs, f"chart-epochs-{model.name}")


def _results(report: reports.Reports) -> None:
    _ranking(report)
    _scores(report)
    _bands(report)
    _worse(report)
    _table(
        report,
        "article",
        "The reference article's table",
        "The same algorithms on the same kind of data as the article that this project started from: RMSE and MAE of a "
        "cross-validation in which every fan is known. New fans are harder, so these are not the figures above.",
        digits=4,
    )
    _table(
        report,
        "cold-titles",
        "Titles that nobody has rated",
        "A share of the titles lost all their ratings. Can a model tell from what a title is how it would be liked?",
    )
    _page_rules(report)
    shown = {reports.NEW_FANS, reports.PAGE, "article", "cold-titles"}
    for subject in report.subjects:
        if subject not in shown and report.table(subject):
            _table(report, subject, plain(subject.replace("-", " ").capitalize(), 60), "")
    _training(report)


def _what_each_is(report: reports.Reports) -> None:
    for model in report.models:
        words = model_words.WORDS.get(model.name)
        with st.container(border=True):
            st.markdown(f"## {plain(shared.name_of(model.name))}")
            if words:
                st.markdown(f"**{words.short}**")
                st.markdown(words.text)
                for formula, reading in words.formulas:
                    st.latex(formula)
                    st.caption(reading)
                st.markdown(f":material/thumb_up: {words.good}  \n:material/thumb_down: {words.poor}")
            with st.expander("How it was made", icon=":material/construction:"):
                _made(model)


def _made(model: reports.ModelReport) -> None:
    st.markdown(
        f"Trained on {count(model.n_ratings, 'rating')} of {plain(model.data_set)} ({plain(model.licence)}), "
        f"{plain(model.date)}; {model.megabytes:.1f} MB."
    )
    st.code(model.command, language="bash", wrap_lines=True)
    pairs = (*model.settings, *model.facts)
    st.dataframe(
        {"Setting or figure": [name for name, _ in pairs], "Value": [value for _, value in pairs]},
        hide_index=True,
        alt=f"Configuration and figures of {shared.name_of(model.name)}",
    )


def _page() -> None:
    report = shared.measured()
    st.title("The models, compared")
    names = [plain(shared.name_of(model.name)) for model in report.models]
    st.markdown(
        f"{count(len(names), 'way')} to guess what you would give a title, from the simplest to the most elaborate: "
        f"{', '.join(names)}. All of them work from your list alone; none of them has met you before."
    )
    view = st.segmented_control(
        "View", _VIEWS, key="view", default=_VIEWS[0], required=True, bind="query-params",
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    if view == "Side by side":
        model_columns.show()
    elif view == "What each is":
        _what_each_is(report)
    else:
        _results(report)


_page()
