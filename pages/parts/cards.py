"""One recommended title as a card: facts, the predicted score and its reasons, and buttons."""

import streamlit as st

from pages.parts import cover_slots, covers, pickers, resources, state
from pages.parts.text import count, plain
from pages.parts.visit import Mark
from recsys import Pick, Prediction, Reason, Title
from recsys.serving.group import Share

_COVER_WIDTH = 92
#: Width of the cover in a row of a list.
SMALL = 44
_LINKS = 6
#: Effects and differences below this, in points, are shown as 0.
ROUNDING = 0.005


def grid(picks: list[Pick], key: str) -> None:
    """Cards in as many columns as fit, best first."""
    with st.grid(columns=2, min_column_width=330, border=True, key=key) as cells:
        for pick in picks:
            with cells.cell():
                _card(pick, key)


def _card(pick: Pick, key: str) -> None:
    title = resources.engine().title(pick.anime_id)
    with st.container(horizontal=True, gap="small", wrap=False):
        cover(title)
        with st.container(gap="xxsmall"):
            st.markdown(pickers.title_names(title))
            st.caption(facts(title))
            _score(pick, title)
    with st.container(horizontal=True, gap="xsmall"):
        _popover("Why?", "help", f"{key}-why-{title.anime_id}", _why, pick, title)
        _popover("Seen it", "visibility", f"{key}-rate-{title.anime_id}", _seen, title, key)
        _mark("Plan", "bookmark", title, "planned", key)
        _mark("Not for me", "block", title, "hidden", key)


def art(title: Title, width: cover_slots.Width) -> None:
    """The title's cover, or art drawn from its name."""
    cover_slots.show(title, width)


def cover(title: Title, width: int = _COVER_WIDTH) -> None:
    """`art` that keeps its width in a row."""
    with st.container(width=width):
        art(title, width)


def row(title: Title, text: str, key: str | None = None) -> None:
    """A small cover, and beside it the title's names above `text`."""
    with st.container(horizontal=True, gap="small", wrap=False, vertical_alignment="center", key=key):
        cover(title, SMALL)
        st.markdown(f"{pickers.title_names(title)}  \n{text}")


def facts(title: Title) -> str:
    """Type, year, length and genres in one line of Markdown."""
    parts = [title.type, title.year and str(title.year), title.episodes and count(title.episodes, "episode")]
    return plain(" · ".join([*filter(None, parts), *title.genres[:4]]), 160)


def _popover(label: str, icon: str, key: str, fill, *args) -> None:
    """A popover that is filled only while it is open: ten closed ones cost nothing."""
    popover = st.popover(label, icon=f":material/{icon}:", type="tertiary", key=key, on_change="rerun")
    if popover.open:
        with popover:
            fill(*args)


def _mark(text: str, icon: str, title: Title, how: Mark, key: str) -> None:
    done = how == "planned" and title.anime_id in state.visit().profile.planned
    st.button(
        "Planned" if done else text,
        key=f"{key}-{how}-{title.anime_id}",
        icon=f":material/{'check' if done else icon}:",
        on_click=state.mark,
        args=(title.anime_id, how),
        disabled=done,
        type="tertiary",
    )


def likely(low: float, high: float) -> str:
    """An 80% prediction interval in words: "Likely 7.3–10 (80%)"."""
    return f"Likely {round(low, 1):g}–{round(high, 1):g} (80%)"


def interval(found: Pick | Prediction | Share, mean: float | None, who: str = "") -> None:
    """A predicted score and its interval, drawn on a scale from 1 to 10 with everybody's mean."""
    dark = st.context.theme.type == "dark"
    art = covers.band(found.predicted, found.low, found.high, mean, dark=dark)
    alt = f"predicted {found.predicted:.1f}, {likely(found.low, found.high).lower()}"
    st.image(art, width="stretch", alt=f"{who}: {alt}" if who else alt)


def _score(pick: Pick, title: Title) -> None:
    theirs = f"MyAnimeList {title.mean_score:.1f} · " if title.mean_score else ""
    st.markdown(f"{theirs}you **{pick.predicted:.1f}**")
    interval(pick, title.mean_score)
    st.caption(likely(pick.low, pick.high))


def _seen(title: Title, key: str) -> None:
    st.caption("Your score")
    pickers.score_buttons(title.anime_id, key)
    st.button("Seen, no score", key=f"{key}-seen-{title.anime_id}", on_click=state.mark, args=(title.anime_id, "seen"))


def because(reason: Reason) -> str:
    """A reason as Markdown: its effect in points, its title and what the fan did with it."""
    arrow = ":material/trending_up:" if reason.effect >= 0 else ":material/trending_down:"
    points = f"{arrow} **{reason.effect:+.2f}**".replace("-", "−")
    if abs(reason.effect) < ROUNDING:
        points = ":material/trending_flat: **0.00**"
    name = plain(reason.title, 60)
    return (
        f"{points} because you watched {name}" if reason.score is None else f"{points} {name}, rated {reason.score:g}"
    )


def _why(pick: Pick, title: Title) -> None:
    if not pick.reasons:
        st.markdown("No title of your list changes this prediction yet. It is the same for everybody.")
    else:
        st.caption("What on your list changed this prediction most, in points")
    for reason in pick.reasons:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(because(reason))
            if reason.score is not None:
                st.button(
                    "Ignore",
                    key=f"ignore-{title.anime_id}-{reason.anime_id}",
                    help="Count this title as seen without a score",
                    on_click=state.mark,
                    args=(reason.anime_id, "ignored"),
                    type="tertiary",
                )
    if title.streaming:
        st.caption("Where to watch")
        with st.container(horizontal=True, gap="xsmall"):
            for site, url in title.streaming[:_LINKS]:
                st.link_button(plain(site, 24), url, type="tertiary")
