"""Ten titles that the fan has not seen, with predicted scores and reasons."""

import streamlit as st

import recsys
from pages.for_you import exports, landing, rating_wall
from pages.parts import cards, charts, controls, import_questions, pickers, resources, state
from pages.parts.text import count, plain
from pages.parts.visit import ENOUGH
from recsys.serving import basis
from recsys.serving.engine import MODEL_LABELS
from recsys.serving.recommending import Scored

_TEN = 10
_SHELF = 4


def _basis(model: str) -> str:
    """What the ten titles are based on, as Markdown."""
    now = state.visit()
    fan, found = now.profile, basis.of(resources.engine(), now.profile, model)
    label = MODEL_LABELS[model]
    if not found.is_personal:
        text = f"{label} can use no title of this list, so these titles are everybody's favourites."
        return text + _unused(found, model)
    whose = f"{plain(now.label)}'s" if now.source == "community" else "your"
    used = [count(found.scores, "score")] if found.scores else []
    if found.unscored:
        used.append(f"{count(found.unscored, 'title')} watched without a score")
    text = f"Based on {' and '.join(used)} of {whose} list."
    if found.scores < ENOUGH:
        text += " Each further score improves them."
    if found.scores > 1 and len(set(fan.scores.values())) == 1:
        text += " All scores are the same, so they say little about taste."
    if found.unused_scores:
        text += f" {label} does not know {count(found.unused_scores, 'other scored title')}."
    return text + _unused(found, model)


def _unused(found: basis.Basis, model: str) -> str:
    """What is said about titles without a score under a model that uses scores only."""
    engine = resources.engine()
    if not found.unused_unscored or engine.aligned(model).model.watches_unscored:
        return ""
    others = [MODEL_LABELS[name] for name in engine.models if engine.aligned(name).model.watches_unscored]
    without = count(found.unused_unscored, "title has no score", "titles have no score")
    text = f" {MODEL_LABELS[model]} uses scores only, and {without}"
    return f"{text}: {' and '.join(others)} can use such titles." if others else f"{text}."


def _ten(fan: recsys.Profile, model: str, discovery: float, filters: recsys.Filters) -> list[recsys.Pick]:
    engine = resources.engine()
    picks = engine.recommend(fan, model, _TEN, filters, discovery, diversity=controls.DIVERSITY)
    st.caption(_basis(model))
    if len(picks) < _TEN:
        shortage = engine.candidates(fan, model, filters).shortage(_TEN)
        st.info(
            shortage or "Fewer than ten series fit the filters. Only one title of each series is shown.",
            icon=":material/filter_alt:",
        )
    cards.grid(picks, "ten")
    return picks


def _next_parts(fan: recsys.Profile, model: str, filters: recsys.Filters, shown: list[recsys.Pick]) -> None:
    exclude = filters.exclude | {pick.anime_id for pick in shown}
    only = recsys.Filters(continuing=True, franchise_rules=True, adult=filters.adult, exclude=exclude)
    if picks := resources.engine().recommend(fan, model, _SHELF, only):
        st.markdown("## Continue your series")
        cards.grid(picks, "next")


def _charts(picks: list[recsys.Pick], fan: recsys.Profile, scored: Scored) -> None:
    store, engine = resources.ratings(), resources.engine()
    st.markdown("## Charts")
    left, right = st.columns(2)
    with left:
        st.markdown("### Scores compared with everybody's")
        if fan.scores:
            charts.own_scores(fan.scores, store.all_scores(), state.visit().label or "You")
        else:
            st.caption("There are no scores yet.")
        st.markdown("### Predicted score and MyAnimeList's mean")
        charts.against_mean(picks, [engine.title(pick.anime_id).mean_score for pick in picks])
    with right:
        st.markdown("### Predicted score and popularity")
        charts.against_popularity(picks, scored)
        st.markdown("### Scores of one title")
        chosen = st.selectbox(
            "Title", [pick.anime_id for pick in picks], format_func=lambda i: pickers.names_of(engine.title(i))[0],
            key="title", label_visibility="collapsed",
        )  # fmt: skip
        charts.distribution(store.title_scores(chosen), engine.title(chosen).title)


def _export(picks: list[recsys.Pick], fan: recsys.Profile) -> None:
    st.markdown("## Export")
    engine = resources.engine()
    with st.container(horizontal=True):
        st.download_button("These ten titles (CSV)", exports.picks_csv(picks), "anime-alchemy-ten.csv", "text/csv",
                           icon=":material/table:", on_click="ignore")  # fmt: skip
        planned = [engine.title(i) for i in sorted(fan.planned) if engine.has_title(i)]
        st.download_button(
            f"Your planned titles for MyAnimeList ({len(planned):,})",
            recsys.lists.mal_export.plan_xml(planned),
            "anime-alchemy-plan.xml",
            "application/xml",
            icon=":material/bookmark:",
            on_click="ignore",
            disabled=not planned,
            help="On MyAnimeList, open Import List, choose the type MyAnimeList, and upload this file.",
        )
    if state.visit().source != "import" and not state.left_out_of_address():
        st.caption("The address of this page leads to the same view: share it or keep it.")


def _page() -> None:
    now = state.visit()
    if not now.has_list:
        landing.show()
        return
    fan = now.profile
    st.title("Recommended for you")
    import_questions.show()
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        model = controls.model()
    with right:
        discovery = controls.discovery()
    filters = controls.filters()
    picks = _ten(fan, model, discovery, filters)
    if not picks:
        return
    _next_parts(fan, model, filters, picks)
    _charts(picks, fan, resources.engine().score_all(fan, model, discovery, filters))
    _export(picks, fan)
    if now.source == "none":
        rating_wall.show_more()


_page()
