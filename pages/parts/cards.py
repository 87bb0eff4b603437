"""One recommended title as a card: what it is, what the fan would think of it and why, and what to do about it."""

import streamlit as st

from pages.parts import covers, pickers, resources, state
from pages.parts.text import count, plain
from recsys import Pick, Title

_COVER_WIDTH = 92
_LINKS = 6


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


def cover(title: Title, width: int = _COVER_WIDTH) -> None:
    """The title's image, or art drawn from its name (which says nothing that the card does not: no text for it)."""
    with st.container(width=width):
        st.image(
            title.image_url or covers.cover(title),
            width=width,
            alt=f"Cover of {title.title}" if title.image_url else "",
        )


def facts(title: Title) -> str:
    """Type, year, length and genres in one line of Markdown."""
    parts = [title.type, title.year and str(title.year), title.episodes and count(title.episodes, "episode")]
    return plain(" · ".join([*filter(None, parts), *title.genres[:4]]), 160)


def _popover(label: str, icon: str, key: str, fill, *args) -> None:
    """A popover whose content is made when it is opened, so that ten closed ones cost nothing."""
    popover = st.popover(label, icon=f":material/{icon}:", type="tertiary", key=key, on_change="rerun")
    if popover.open:
        with popover:
            fill(*args)


def _mark(text: str, icon: str, title: Title, how: state.Mark, key: str) -> None:
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


def _score(pick: Pick, title: Title) -> None:
    theirs = f"MyAnimeList {title.mean_score:.1f} · " if title.mean_score else ""
    st.markdown(f"{theirs}you **{pick.predicted:.1f}**")
    dark = st.context.theme.type == "dark"
    words = f"predicted {pick.predicted:.1f}, 8 times in 10 between {pick.low:.1f} and {pick.high:.1f}"
    st.image(covers.band(pick.predicted, pick.low, pick.high, title.mean_score, dark=dark), width="stretch", alt=words)
    st.caption(f"8 times in 10 between {pick.low:.1f} and {pick.high:.1f}")


def _seen(title: Title, key: str) -> None:
    st.caption("Your score, if you have one")
    pickers.score_buttons(title.anime_id, key)
    st.button("Seen, no score", key=f"{key}-seen-{title.anime_id}", on_click=state.mark, args=(title.anime_id, "seen"))


def _why(pick: Pick, title: Title) -> None:
    if not pick.reasons:
        st.markdown("Nothing of yours speaks for or against it yet: this is what everybody thinks.")
    else:
        st.caption("What moved the prediction most, in points")
    for reason in pick.reasons:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            arrow = ":material/trending_up:" if reason.effect >= 0 else ":material/trending_down:"
            st.markdown(f"{arrow} **{reason.effect:+.2f}** {plain(reason.title, 60)}, rated {reason.score:g}")
            st.button(
                "Ignore",
                key=f"ignore-{title.anime_id}-{reason.anime_id}",
                help="Recommend as if this had been seen without a score",
                on_click=state.mark,
                args=(reason.anime_id, "ignored"),
                type="tertiary",
            )
    if title.streaming:
        st.caption("Where to watch")
        with st.container(horizontal=True, gap="xsmall"):
            for site, url in title.streaming[:_LINKS]:
                st.link_button(plain(site, 24), url, type="tertiary")
