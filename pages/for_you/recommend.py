"""Ten titles that the fan has not seen, with what they would score them and why."""

import streamlit as st

from pages.parts import cards, charts, controls, pickers, resources, state
from pages.parts.text import count, plain

_ENOUGH = 3
_WALL = 12


def _basis(model: str) -> str:
    """What the ten rest on, in a sentence."""
    now = state.visit()
    fan = now.profile
    engine = resources.engine()
    known = len(engine.known(fan.scores, model))
    if not known:
        return "No score of yours is known yet, so these are everybody's favourites."
    whose = f"{plain(now.label)}'s" if now.source == "community" else "your"
    text = f"Based on {count(known, 'score')} of {whose} list."
    if known < _ENOUGH:
        text += " Each further score sharpens them."
    if known > 1 and len(set(fan.scores.values())) == 1:
        text += " All scores are the same, so they say little about taste."
    if known < len(fan.scores):
        text += f" {count(len(fan.scores) - known, 'scored title')} the model does not know."
    return text


def _wall() -> None:
    st.markdown("### Rate a few titles that you know")
    st.caption("Three are enough for a first ten. Skip what you have not seen.")
    engine = resources.engine()
    shown = engine.recommend(state.visit().profile, "popularity", _WALL, controls.Filters(franchise_rules=True))
    with st.grid(columns=4, min_column_width=250, border=True, key="wall") as cells:
        for pick in shown:
            title = engine.title(pick.anime_id)
            with cells.cell():
                st.markdown(pickers.title_names(title))
                st.caption(cards.facts(title))
                pickers.score_buttons(title.anime_id, "wall")


def _charts(picks, fan, name: str) -> None:
    store, engine = resources.ratings(), resources.engine()
    left, right = st.columns(2)
    with left:
        st.markdown("##### Scores against everybody's")
        if fan.scores:
            charts.histogram(dict(fan.scores), store.all_scores(), name)
        else:
            st.caption("Nothing scored yet.")
    with right:
        st.markdown("##### Predicted against MyAnimeList's mean")
        charts.against_mean(picks, [engine.title(pick.anime_id).mean_score for pick in picks])
    st.markdown("##### Who gave what")
    chosen = st.selectbox(
        "Title", [pick.anime_id for pick in picks], format_func=lambda i: engine.title(i).title,
        key="title", bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if chosen is not None:
        charts.distribution(store.title_scores(chosen), engine.title(chosen).title)


def _page() -> None:
    now = state.visit()
    fan = now.profile
    st.title("Ten you have not seen")
    if fan.is_empty or (now.source == "none" and len(fan.scores) < _ENOUGH):
        _wall()
        if fan.is_empty:
            return
    model = controls.model()
    filters = controls.filters()
    engine = resources.engine()
    picks = engine.recommend(fan, model, 10, filters)
    st.caption(_basis(model))
    if len(picks) < 10:
        left = engine.candidates(fan, model, filters)
        st.info(
            left.shortage(10) or "Fewer than ten series fit: one title is shown of each.", icon=":material/filter_alt:"
        )
    if picks:
        cards.grid(picks, "ten")
        _charts(picks, fan, now.label or "You")


_page()
