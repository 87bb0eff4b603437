"""The "Side by side" view: the same fan's ten titles from each model, in columns."""

import streamlit as st

from pages.behind import shared
from pages.parts import controls, pickers, resources, state
from pages.parts.text import plain
from recsys import Profile
from recsys.serving.browse import SideBySide, side_by_side

_TEN = 10


def show() -> None:
    fan, who = _fan()
    if fan is None:
        st.info("Add your list or rate a few titles in the sidebar to compare the models.", icon=":material/group:")
        return
    found = side_by_side(resources.engine(), fan, _TEN, diversity=controls.DIVERSITY)
    st.markdown(f"The ten titles that each model recommends for {who}, with predicted scores.")
    st.caption(_in_common(found))
    with st.grid(columns=len(found.picks), min_column_width=185, border=True, key="side-by-side") as cells:
        for model in found.picks:
            with cells.cell():
                _column(found, model)


def _fan() -> tuple[Profile | None, str]:
    """The visitor's list, or else the first one of the community, and whose it is as Markdown."""
    now = state.visit()
    if now.profile.begun:
        return now.profile, "your list" if now.source != "community" else f"**{plain(now.label, 40)}**"
    store = resources.ratings()
    names = store.find_names("", 1)
    if not names:
        return None, ""
    kind = "a simulated fan" if store.simulated else "a fan of the community"
    return store.profile(names[0]), f"**{plain(names[0], 40)}** ({kind}; add your own list in the sidebar)"


def _in_common(found: SideBySide) -> str:
    pairs = [
        f"{plain(shared.name_of(a))} and {plain(shared.name_of(b))}: {n}" for (a, b), n in found.overlaps().items()
    ]
    mark = ":material/join_inner: marks a title that another model recommends too."
    return f"{mark} Titles in common – {'; '.join(pairs)}." if pairs else "There is only one model."


def _column(found: SideBySide, model: str) -> None:
    st.markdown(f"## {plain(shared.name_of(model))}")
    for rank, pick in enumerate(found.picks[model], 1):
        title = resources.engine().title(pick.anime_id)
        others = [plain(shared.name_of(name)) for name in found.named_by(pick.anime_id) if name != model]
        mark = f" · :material/join_inner: also {', '.join(others)}" if others else ""
        name = plain(pickers.names_of(title)[0], 60)
        st.markdown(f"{rank}\\. **{name}**  \n:small[predicted **{pick.predicted:.1f}**{mark}]")
