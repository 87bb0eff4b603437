"""What a list says about the fan: how harsh, what is liked more than most do, what surprises, what decides."""

import streamlit as st

from pages.for_you import taste_charts, typical_scores
from pages.parts import cards, charts, controls, pickers, resources, state
from pages.parts.text import count, plain
from recsys import Filters, Profile
from recsys.serving import norms, taste

#: Fewer scores say nothing about leanings and surprises.
_ENOUGH = 5
#: Groups with fewer titles are not drawn: they are all drawn to the middle.
_IN_GROUP = 3
_DRAWN = 14
_SURPRISES, _INFLUENCES = 5, 8


def _others(norm: norms.Norm) -> str:
    who = "simulated fans" if resources.ratings().simulated else "fans of the community"
    return f"{len(norm):,} {who} with {norms.MIN_SCORES} or more scores"


def _harshness(fan: Profile, name: str) -> None:
    st.markdown("## How harsh")
    level = taste.level(resources.engine().catalogue, fan)
    if not level.n:
        st.caption("MyAnimeList has no mean score of any of these titles: there is nothing to compare with.")
    else:
        others = typical_scores.levels()
        comparable = level.n >= _ENOUGH and len(others) > 0
        with st.grid(columns=4, min_column_width=150, border=True, key="level"):
            st.metric("This list's mean", f"{level.own:.2f}")
            st.metric("Everybody's mean", f"{level.everybody:.2f}", help="MyAnimeList's means of the same titles")
            error = "" if level.standard_error is None else f" ± {level.standard_error:.2f}"
            st.metric("Difference", f"{level.difference:+.2f}{error}", help="With its standard error")
            if comparable:
                st.metric("More generous than", f"{others.below(level.difference):.0%}", help=f"Of {_others(others)}")
        if comparable:
            st.caption(
                f"On {count(level.n, 'title')}. The middle one of {_others(others)} gives {others.middle:+.2f}: "
                "fans mostly watch what they expect to like."
            )
    charts.histogram(dict(fan.scores), resources.ratings().all_scores(), name)


def _leanings(fan: Profile) -> None:
    st.markdown("## Liked more, liked less")
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
    taste_charts.leanings(taste_charts.telling(found, _DRAWN, by_label=name == "Decade"), name)
    st.caption(
        "How much more this list gives than everybody does for the same titles, beyond how generous it is overall. Few "
        "titles are drawn towards 0, as if mixed with 20 average ones; the true value lies on the line 8 times in 10."
    )
    with st.expander("All figures", icon=":material/table:", on_change="rerun") as table:
        if table.open:
            taste_charts.figures(found, name)


def _surprises(fan: Profile) -> str:
    """Draws them, and gives the model that the visitor chose for this and what follows."""
    st.markdown("## Surprises")
    model = controls.model()
    left_out = state.remembered(
        "left-out",
        (fan, model),
        lambda: taste.left_out(resources.engine(), fan, model),
        "Predicting each score from the others …",
    )
    if len(left_out.given) < _ENOUGH:
        st.caption(f"The model knows only {count(len(left_out.given), 'title')} of these; {_ENOUGH} are needed.")
        return model
    _predictability(left_out, model)
    above, below = left_out.most_surprising(_SURPRISES)
    left, right = st.columns(2)
    with left:
        st.markdown("### Higher than expected")
        _expected(above, "higher")
    with right:
        st.markdown("### Lower than expected")
        _expected(below, "lower")
    return model


def _predictability(left_out: taste.LeftOut, model: str) -> None:
    others = typical_scores.errors(model)
    how = "all the others" if left_out.exact else "nine tenths of the others"
    text = f"Each score was predicted from {how}: off by **{left_out.rmse:.2f}** points (root mean square)."
    if len(others):
        easier = 1 - others.below(left_out.rmse)
        text += f" For the middle one of {_others(others)} it is {others.middle:.2f}. "
        text += f"More predictable than **{easier:.0%}** of them."
    st.markdown(text)


def _expected(surprises: list[taste.Surprise], key: str) -> None:
    if not surprises:
        st.caption("None.")
    for one in surprises:
        _row(one.anime_id, f"gave **{one.given:g}**, expected **{one.expected:.1f}**", key)


def _row(anime_id: int, text: str, key: str) -> None:
    title = resources.engine().title(anime_id)
    with st.container(horizontal=True, gap="small", wrap=False, vertical_alignment="center", key=f"{key}-{anime_id}"):
        cards.cover(title, 44)
        st.markdown(f"{pickers.title_names(title)}  \n{text}")


def _influences(fan: Profile, model: str) -> None:
    st.markdown("## What decides")
    engine = resources.engine()

    def work_out() -> list[taste.Influence]:
        ten = engine.recommend(fan, model, 10, Filters(franchise_rules=True), diversity=controls.DIVERSITY)
        return taste.influences(engine, fan, [pick.anime_id for pick in ten], model)

    found = state.remembered("influences", (fan, model), work_out, "Weighing each score …")
    if not found:
        st.caption("Nothing of this list moves the predictions yet.")
        return
    exact = "" if engine.aligned(model).model.exact_reasons else " The effects are approximate for this model."
    st.caption(
        "The scores that move the predictions of the ten recommended titles most. The first has "
        f"{found[0].share:.1%} of all movement; shared evenly it would have {1 / len(found):.1%}.{exact}"
    )
    with st.grid(columns=2, min_column_width=300, key="influences-grid") as cells:
        for one in found[:_INFLUENCES]:
            with cells.cell(), st.container(gap="xxsmall"):
                _influence(one)


def _influence(one: taste.Influence) -> None:
    ways = [f"{n} {way}" for n, way in ((one.raised, "up"), (one.lowered, "down")) if n]
    text = f"rated **{one.score:g}** · moves {' and '.join(ways) or 'none'}, by **{one.moved:.2f}** on average"
    _row(one.anime_id, text, "decides")
    st.button(
        "Ignore this score",
        key=f"ignore-{one.anime_id}",
        icon=":material/visibility_off:",
        help="Recommend as if this had been seen without a score",
        on_click=state.mark,
        args=(one.anime_id, "ignored"),
        type="tertiary",
    )


def _ignored() -> None:
    ignored = [i for i in sorted(state.visit().ignored) if resources.engine().has_title(i)]
    if not ignored:
        return
    st.caption("Ignored for now; choose one to count it again.")
    with st.container(horizontal=True):
        for anime_id in ignored:
            name = pickers.names_of(resources.engine().title(anime_id))[0]
            st.button(plain(name, 40), key=f"count-{anime_id}", icon=":material/undo:", on_click=state.unmark,
                      args=(anime_id, "ignored"))  # fmt: skip


def _why_no_more(fan: Profile) -> tuple[str, str] | None:
    """Why a list shows no leanings and surprises, as Markdown and an icon, or None."""
    n = len(fan.scores)
    if n < _ENOUGH:
        text = f"{count(n, 'score')} so far. From {_ENOUGH} on, this page shows what is liked more than most do, the "
        return text + "surprises, and the scores that decide.", "hourglass_top"
    if len(set(fan.scores.values())) == 1:
        text = (
            f"All {n:,} scores are {next(iter(fan.scores.values())):g}: they say how generous this list is, not what "
        )
        return text + "it prefers. A few different scores would bring out the rest of this page.", "drag_handle"
    return None


def _page() -> None:
    now = state.visit()
    fan = now.profile
    st.title("My taste" if now.source != "community" else f"The taste of {plain(now.label, 40)}")
    if fan.is_empty:
        st.info(
            "There is no list yet. Bring one or rate a few titles in the sidebar, or look through the eyes of a fan "
            "of the community.",
            icon=":material/playlist_add:",
        )
        return
    if not fan.scores:
        st.info(
            f"{count(len(fan.begun | fan.planned), 'title')} on this list, none of them scored. Taste shows in scores: "
            f"rate {_ENOUGH} titles in the sidebar.",
            icon=":material/star:",
        )
    else:
        _harshness(fan, now.label or "You")
        if reason := _why_no_more(fan):
            st.info(reason[0], icon=f":material/{reason[1]}:")
        else:
            _leanings(fan)
            _influences(fan, _surprises(fan))
    _ignored()


_page()
