"""The page of one title: facts, the predicted score with its reasons, everybody's scores, and related titles."""

from collections.abc import Iterable

import streamlit as st

from pages.parts import cards, charts, controls, links, narrow, pickers, reasons, resources, state, synopsis_box
from pages.parts.text import count, plain
from pages.titles import gallery, on_air, related
from recsys import Explanation, Prediction, RecsysError, Title
from recsys.serving import basis, coverage
from recsys.serving.engine import MODEL_LABELS

_COVER_WIDTH = 200
_SYNONYMS = 12
_SITES = 8


def show(wanted: str) -> None:
    """Show the title whose id is in the address. `wanted` can be any text."""
    engine = resources.engine()
    try:
        title = engine.title(int(wanted))
    except (RecsysError, ValueError, OverflowError):
        _unknown(wanted)
        return
    gallery.back()
    _head(title)
    known_by = [name for name in engine.models if engine.known([title.anime_id], name)]
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, key="for-you"):
        _predicted(title, known_by)
    with right:
        with st.container(border=True, key="yours"):
            _yours(title)
        _everybody(title)
    related.franchise(title)
    related.similar(title, known_by)


def _unknown(wanted: str) -> None:
    gallery.back()
    st.title("No such title")
    with st.container(border=True):
        st.markdown(
            f":material/link_off: The catalogue has no title with the id **{plain(wanted, 40)}**. The link may be "
            "incomplete, or the title is newer than this catalogue. Search for its name instead."
        )


def _head(title: Title) -> None:
    first, _ = pickers.names_of(title)
    others = dict.fromkeys(
        name for name in (title.title, title.title_english, title.title_japanese) if name and name != first
    )
    left, right = st.columns([1, 3], gap="medium")
    with left:
        cards.art(title, _COVER_WIDTH)
    with right, st.container(gap="small"):
        st.title(plain(first, 300))
        if others:
            st.markdown("  \n".join(plain(name) for name in others))
        st.caption(_facts(title))
        st.caption(_broadcast(title))
        words = (*title.genres, *title.themes, *title.demographics)
        if words:
            st.markdown(_badges(words))
        if title.tags:
            with st.expander(count(len(title.tags), "tag"), icon=":material/sell:"):
                st.caption("AniList’s words, in alphabetical order. Some may give away what happens.")
                st.markdown(_badges(sorted(title.tags)))
        if title.synonyms:
            also = "; ".join(plain(name) for name in title.synonyms[:_SYNONYMS])
            st.caption(f"Also known as {also}")
        st.fragment(synopsis_box.show)(title, "page")
        _where(title)


def _badges(words: Iterable[str]) -> str:
    return " ".join(f":gray-badge[{plain(word)}]" for word in words)


def _facts(title: Title) -> str:
    """Type, length, season, source, studios and age rating."""
    season = f"{title.season} {title.year}" if title.season and title.year else title.year and str(title.year)
    minutes = f"{title.duration_min:.0f} minutes each" if title.duration_min and title.episodes != 1 else ""
    if title.duration_min and title.episodes == 1:
        minutes = f"{title.duration_min:.0f} minutes"
    parts = [
        title.type,
        title.episodes and count(title.episodes, "episode"),
        minutes,
        season,
        title.source and f"from {title.source[0].lower()}{title.source[1:]}",
        ", ".join(title.studios),
        title.age_rating,
    ]
    return plain(" · ".join(filter(None, parts)), 240) or "No details"


def _broadcast(title: Title) -> str:
    """When it airs, how old that fact is where it may have changed since, and MyAnimeList's figures."""
    aired, months = on_air.aired(title, on_air.today()), on_air.months([title.anime_id])
    if aired and months and not on_air.is_over(title):
        aired += f" (as of {on_air.month_range(*months)})"
    figures = [title.scored_by and count(title.scored_by, "score"), title.members and count(title.members, "member")]
    known = ", ".join(str(figure) for figure in figures if figure)
    mean = f"MyAnimeList {title.mean_score:.2f}" if title.mean_score else "MyAnimeList" if known else ""
    return plain(" · ".join(filter(None, (aired, f"{mean} ({known})" if known else mean))), 240)


def _where(title: Title) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for name in ("MyAnimeList", "AniList"):
            if url := links.on_site(name, title):
                st.link_button(name, url, type="tertiary", icon=":material/open_in_new:")
        links.streaming(title, _SITES)
        if resources.engine().raters(title.anime_id):
            near = links.kept(near=title.anime_id)
            st.page_link(links.ATLAS, label="Show on the map", icon=":material/map:", query_params=near)


def _predicted(title: Title, known_by: list[str]) -> None:
    engine = resources.engine()
    rated = engine.raters(title.anime_id) > 0
    if not rated:
        st.markdown("## :material/fiber_new: No ratings yet")
        st.markdown("No fan in the ratings data has scored this title.")
    if not known_by:
        st.markdown(coverage.no_prediction(engine, [title.anime_id]) or "")
        return
    if not rated:
        st.markdown("It can only be predicted from its content and its series.")
    fan = state.visit().profile
    others = fan.without(title.anime_id)
    if not any(basis.of(engine, others, name).is_personal for name in known_by):
        st.markdown("## Your predicted score")
        st.markdown("Rate a few titles or add your list in the sidebar to see the score that you would probably give.")
        return
    model = controls.model()
    if why := coverage.no_prediction(engine, [title.anime_id], model):
        st.markdown("## Your predicted score")
        st.markdown(f"{why} You can choose another model: {', '.join(MODEL_LABELS[name] for name in known_by)}.")
        return

    def predict() -> tuple[Prediction, Explanation | None]:
        prediction = engine.predict(others, [title.anime_id], model)[0]
        return prediction, None if prediction.fallback else engine.explain(others, title.anime_id, model)

    key = (state.visit(), title.anime_id, model)
    prediction, explanation = state.remembered("title", key, predict, "Predicting …")
    _score(title, prediction)
    narrow.for_title(title.anime_id, model)
    if explanation is None:
        st.caption(f":material/info: Not personal: {plain(prediction.fallback or '')}")
    else:
        _why(explanation, title)


def _score(title: Title, prediction: Prediction) -> None:
    theirs = f"MyAnimeList {title.mean_score:.1f} · " if title.mean_score else ""
    st.markdown(f"## {theirs}you {prediction.predicted:.1f}")
    cards.interval(prediction, title.mean_score)
    st.caption(cards.likely(prediction.low, prediction.high))
    if chance := reasons.chance(prediction.chance_high):
        st.markdown(chance)


def _why(explanation: Explanation, title: Title) -> None:
    """Why the fan would choose the title, and the prediction as a sum."""
    if why := reasons.because(explanation.drivers, state.visit().profile):
        st.markdown(f"### Why you might choose it\n:material/favorite: {why}")
    st.markdown("### Why this score" if explanation.exact else "### Why this score (approximate)")
    reasons.show_sum(explanation)
    if title.anime_id in state.visit().profile.begun:
        st.caption("That you watched this title, and your own score of it, are not used.")


def _yours(title: Title) -> None:
    fan, anime_id = state.visit().profile, title.anime_id
    given = fan.scores.get(anime_id)
    st.markdown("## Your score" if given is None else f"## You gave it {given:g}")
    pickers.score_buttons(anime_id, "title")
    with st.container(horizontal=True, gap="small"):
        if given is None:
            _switch(anime_id, "seen", anime_id in fan.begun, ("Seen, no score", "Seen"), "visibility")
        if anime_id not in fan.begun:
            _switch(anime_id, "planned", anime_id in fan.planned, ("Plan to watch", "Planned"), "bookmark")
            _switch(anime_id, "hidden", anime_id in state.visit().hidden, ("Not for me", "Hidden"), "block")


def _switch(anime_id: int, how: state.Mark, on: bool, labels: tuple[str, str], icon: str) -> None:
    """A button that marks the title, or removes a mark that the visitor made in this app."""
    here = anime_id in getattr(state.visit(), how)
    st.button(
        labels[on],
        key=f"title-{how}-{anime_id}",
        icon=f":material/{'check' if on else icon}:",
        on_click=state.unmark if here else state.mark,
        args=(anime_id, how),
        disabled=on and not here,
        help="Undo" if here else None,
        type="tertiary",
    )


def _everybody(title: Title) -> None:
    st.markdown("## Everybody's scores")
    counts = resources.ratings().title_scores(title.anime_id)
    if counts.sum():
        charts.distribution(counts, title.title)
    else:
        st.caption("No scores in the ratings data.")
