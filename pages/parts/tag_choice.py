"""Tags in the order of what the visitor's list likes, and what each is worth to that fan in points."""

from collections.abc import Collection

import streamlit as st

from pages.parts import resources, state
from pages.parts.text import plain, shorten
from recsys.serving import tags, taste

#: Tags of fewer scored titles have no worth: their estimates are close to 0.
_SCORED = 3
_SHOWN = 4
_HEIGHT = 320  # pixels


def names() -> tuple[str, ...]:
    """The tags beside genres, in alphabetical order."""
    catalogue = resources.engine().catalogue
    genres = set(map(str.casefold, catalogue.genres))
    return tuple(name for name in tags.offered(catalogue).labels if name.casefold() not in genres)


def worth() -> dict[str, float]:
    """Tag or genre -> its effect on the visitor's scores, in points, as on My taste; the most liked first."""
    return {one.label: one.effect for one in _leanings()}


def _leanings() -> list[taste.Leaning]:
    catalogue = resources.engine().catalogue

    def estimate() -> list[taste.Leaning]:
        return taste.leanings(catalogue, tags.offered(catalogue), state.visit().profile, _SCORED)

    return state.remembered("tag-worth", state.visit(), estimate)


def liked_first(choices: Collection[str]) -> list[str]:
    """`choices` with those that the visitor likes in front, the most liked first."""
    liked = [name for name, effect in worth().items() if effect > 0]
    return _in_front(liked, choices)


def disliked_first(choices: Collection[str]) -> list[str]:
    """`choices` with those that the visitor dislikes in front, the most disliked first."""
    disliked = [name for name, effect in reversed(worth().items()) if effect < 0]
    return _in_front(disliked, choices)


def _in_front(names: list[str], choices: Collection[str]) -> list[str]:
    return list(dict.fromkeys([*(name for name in names if name in choices), *choices]))


def worth_in_words() -> str | None:
    """The tags that the visitor likes most and least, as Markdown; None if nothing is known."""
    effects = list(worth().items())
    most = [f"{plain(name)} +{effect:.2f}" for name, effect in effects[:_SHOWN] if effect >= 0.005]
    least = [f"{plain(name)} −{-effect:.2f}" for name, effect in reversed(effects[-_SHOWN:]) if effect <= -0.005]
    parts = [f"{how}: {', '.join(found)}" for how, found in (("most", most), ("least", least)) if found]
    return f"Your list likes {'; '.join(parts)} points." if parts else None


def caption() -> None:
    """What the visitor's likes are worth, if known."""
    if text := worth_in_words():
        st.caption(text)


@st.fragment
def table() -> None:
    """An expander with what each tag and genre is worth, if any is known. Closed, it sends nothing."""
    found = _leanings()
    if not found:
        return
    box = st.expander("Worth of each tag", icon=":material/table:", on_change="rerun", key="tag-worths")
    if box.open:
        with box:
            st.dataframe(
                {
                    "Tag or genre": [shorten(one.label) for one in found],
                    "Points": [one.effect for one in found],
                    "Titles": [one.n for one in found],
                },
                hide_index=True,
                height=_HEIGHT,
                column_config={"Points": st.column_config.NumberColumn(format="%+.2f")},
                key="tag-worth-table",
                alt="Tags and genres, the points that your list adds for each, and its scored titles",
            )
            st.caption(
                "How many points more or less than everybody your list gives to titles with a tag, as on My taste. "
                f"Tags with fewer than {_SCORED} titles that you scored are not shown."
            )
