"""What a list says about the fan: average score, preferences, surprising scores and influential titles."""

import streamlit as st

from pages.for_you import taste_charts, trust, typical_scores
from pages.parts import cards, charts, controls, pickers, resources, state
from pages.parts.text import count, plain
from recsys import Filters, Profile
from recsys.serving import norms, taste

#: With fewer scores, preferences and surprises are not shown.
_ENOUGH = 5
#: Groups with fewer scored titles are not shown: their estimates are close to 0.
_IN_GROUP = 3
_DRAWN = 14
_SURPRISES, _INFLUENCES = 5, 8


def _others(norm: norms.Norm) -> str:
    who = "simulated fans" if resources.ratings().simulated else "fans of the community"
    return f"{len(norm):,} {who} with {norms.MIN_SCORES} or more scores"


def _average(fan: Profile, name: str, *, yours: bool) -> None:
    st.markdown("## Your average score" if yours else "## Average score")
    level = taste.level(resources.engine().catalogue, fan)
    if not level.n:
        st.caption("MyAnimeList has no mean score for any of these titles, so there is nothing to compare with.")
    else:
        others = typical_scores.levels()
        comparable = level.n >= _ENOUGH and len(others) > 0
        with st.grid(columns=4, min_column_width=150, border=True, key="level"):
            st.metric("This list's mean", f"{level.own:.2f}")
            st.metric(
                "Everybody's mean",
                f"{level.everybody:.2f}",
                help="The average of MyAnimeList's means of the same titles",
            )
            error = "" if level.standard_error is None else f" ± {level.standard_error:.2f}"
            st.metric(
                "Difference",
                f"{level.difference:+.2f}{error}",
                help="This list's mean minus everybody's mean, ± the standard error",
            )
            if comparable:
                st.metric(
                    "Higher than",
                    f"{others.below(level.difference):.0%}",
                    help=f"The difference, compared with {_others(others)}",
                )
        if comparable:
            st.caption(
                f"Compared on {count(level.n, 'title')}. The median difference of {_others(others)} is "
                f"{others.middle:+.2f}."
            )
    charts.own_scores(fan.scores, resources.ratings().all_scores(), name)


def _preferences(fan: Profile) -> None:
    st.markdown("## Preferences")
    facets = typical_scores.facets()
    name = st.segmented_control(
        "Group titles by", list(facets), key="by", default=next(iter(facets)), required=True, bind="query-params",
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    found = taste.leanings(resources.engine().catalogue, facets[name], fan, _IN_GROUP)
    if not found:
        st.caption(f"No {name.lower()} has {_IN_GROUP} scored titles yet.")
        return
    st.markdown(taste_charts.in_words(found))
    taste_charts.leanings(taste_charts.most_significant(found, _DRAWN, by_label=name == "Decade"), name)
    st.caption(
        "How many points more or less than everybody this list gives to the titles of a group, apart from its overall "
        "difference. Groups with few titles are pulled towards 0, as if 20 average titles were added. The lines are "
        "80% intervals."
    )
    with st.expander("All figures", icon=":material/table:", on_change="rerun") as table:
        if table.open:
            taste_charts.figures(found, name)


def _surprises(fan: Profile) -> str:
    """Show the scores that differ most from their predictions. Returns the model chosen for this and what follows."""
    st.markdown("## Surprising scores")
    model = controls.model()
    left_out = state.remembered(
        "left-out",
        (fan, model),
        lambda: taste.left_out(resources.engine(), fan, model),
        "Predicting each score from the others …",
    )
    if len(left_out.given) < _ENOUGH:
        st.caption(f"The model knows only {count(len(left_out.given), 'scored title')}; {_ENOUGH} are needed.")
        return model
    _predictability(left_out, model)
    above, below = left_out.most_surprising(_SURPRISES)
    left, right = st.columns(2)
    with left:
        st.markdown("### Higher than predicted")
        _expected(above, "higher")
    with right:
        st.markdown("### Lower than predicted")
        _expected(below, "lower")
    trust.show(fan, model, left_out)
    return model


def _predictability(left_out: taste.LeftOut, model: str) -> None:
    others = typical_scores.errors(model)
    text = (
        f"Each score was predicted from all the others. The error is **{left_out.rmse:.2f}** points (root mean square)."
    )
    if len(others):
        easier = 1 - others.below(left_out.rmse)
        text += f" The median error of {_others(others)} is {others.middle:.2f}: "
        word, share = ("easier", easier) if easier >= 0.5 else ("harder", 1 - easier)
        text += f"this list is {word} to predict than **{share:.0%}** of them."
    st.markdown(text)


def _expected(surprises: list[taste.Surprise], key: str) -> None:
    if not surprises:
        st.caption("None.")
    for one in surprises:
        text = f"scored **{one.given:g}**, predicted **{one.expected:.1f}**"
        cards.row(resources.engine().title(one.anime_id), text, f"{key}-{one.anime_id}")


def _influences(fan: Profile, model: str) -> None:
    st.markdown("## Most influential titles")
    engine = resources.engine()

    def work_out() -> list[taste.Influence]:
        rules = Filters(franchise_rules=True, new_series=True)
        ten = engine.recommend(fan, model, 10, rules, diversity=controls.DIVERSITY, reasons=0)
        return taste.influences(engine, fan, [pick.anime_id for pick in ten], model)

    found = state.remembered("influences", (fan, model), work_out, "Measuring the effect of each title …")
    if not found:
        st.caption("No title of this list changes the predictions yet.")
        return
    exact = "" if engine.aligned(model).model.exact_reasons else " The effects are approximate for this model."
    st.caption(
        "The titles of this list that change the predictions of the ten recommended titles most. The first causes "
        f"{found[0].share:.1%} of all change; with equal effects, each would cause {1 / len(found):.1%}.{exact}"
    )
    with st.grid(columns=2, min_column_width=300, key="influences-grid") as cells:
        for one in found[:_INFLUENCES]:
            with cells.cell(), st.container(gap="xxsmall"):
                _influence(one)


def _influence(one: taste.Influence) -> None:
    ways = [f"{way} {n}" for n, way in ((one.raised, "raises"), (one.lowered, "lowers")) if n]
    what = f"{' and '.join(ways) or 'changes no'} predictions"
    how = "watched without a score" if one.score is None else f"scored **{one.score:g}**"
    text = f"{how} · {what}, by **{one.moved:.2f}** on average"
    cards.row(resources.engine().title(one.anime_id), text, f"influence-{one.anime_id}")
    if one.score is None:
        return
    st.button(
        "Ignore this score",
        key=f"ignore-{one.anime_id}",
        icon=":material/visibility_off:",
        help="Count this title as seen without a score",
        on_click=state.mark,
        args=(one.anime_id, "ignored"),
        type="tertiary",
    )


def _ignored() -> None:
    ignored = [i for i in sorted(state.visit().ignored) if resources.engine().has_title(i)]
    if not ignored:
        return
    st.caption("Ignored scores. Click a title to count its score again.")
    with st.container(horizontal=True):
        for anime_id in ignored:
            name = pickers.names_of(resources.engine().title(anime_id))[0]
            st.button(plain(name, 40), key=f"count-{anime_id}", icon=":material/undo:", on_click=state.unmark,
                      args=(anime_id, "ignored"))  # fmt: skip


def _why_no_more(fan: Profile) -> tuple[str, str] | None:
    """Why the rest of the page is not shown, as Markdown and an icon, or None."""
    n = len(fan.scores)
    if n < _ENOUGH:
        text = (
            f"{count(n, 'score')} so far. With {_ENOUGH} scores, this page also shows preferences, surprising scores "
        )
        return text + "and the most influential titles.", "hourglass_top"
    if len(set(fan.scores.values())) == 1:
        text = f"All {n:,} scores are {next(iter(fan.scores.values())):g}, so they do not show preferences. "
        return text + "Add some different scores to see the rest of this page.", "drag_handle"
    return None


def _page() -> None:
    now = state.visit()
    fan = now.profile
    st.title("My taste" if now.source != "community" else f"The taste of {plain(now.label, 40)}")
    if fan.is_empty:
        st.info(
            "There is no list yet. Rate a few titles in the sidebar, import your list, or try the list of a community "
            "fan.",
            icon=":material/playlist_add:",
        )
        return
    if not fan.scores:
        st.info(
            f"{count(len(fan.begun | fan.planned), 'title')} on this list, but no scores. This page needs scores: rate "
            f"{_ENOUGH} titles in the sidebar. The other pages also use what you watched without a score.",
            icon=":material/star:",
        )
    else:
        _average(fan, now.label or "You", yours=now.source != "community")
        if reason := _why_no_more(fan):
            st.info(reason[0], icon=f":material/{reason[1]}:")
        else:
            _preferences(fan)
            _influences(fan, _surprises(fan))
    _ignored()


_page()
