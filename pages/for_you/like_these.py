"""Titles like some and unlike others, without a list or beside it. The chosen titles are in the address."""

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from pages.for_you import cover_grid, same_filters, shortage
from pages.parts import controls, pickers, resources, state
from pages.parts.text import count, plain
from recsys import Profile, Title
from recsys.serving.engine import MODEL_LABELS

_SIDES = {"like": ("Like these", "thumb_up"), "unlike": ("Not like these", "thumb_down")}
_TEN, _HITS = 10, 5
#: Titles on each side, at most.
_MOST = 10


def _page() -> None:
    cover_grid.begin()
    st.title("Like these, not that")
    st.markdown("Choose titles that you want more of, and titles that you want less of. You need no list for this.")
    model = controls.model()
    chosen = _chosen(model)
    _search(chosen)
    _show_chosen(chosen)
    with_list = state.visit().has_list and st.toggle(
        "Use my list too", value=True, key="beside", bind="query-params",
        help="Without it, the titles above decide alone.",
    )  # fmt: skip
    if any(chosen.values()):
        _results(model, chosen, with_list=with_list)


def _chosen(model: str) -> dict[str, list[int]]:
    """The titles of each side that the model knows. The address decides, so that links and the browser's Back work."""
    engine = resources.engine()
    written = {side: st.query_params.get(side, "").split("_") for side in _SIDES}
    found: dict[str, list[int]] = {}
    for side, words in written.items():
        ids = [int(word) for word in words if word.isdecimal() and 0 < len(word) < 10]
        taken = {i for others in found.values() for i in others}
        found[side] = [i for i in dict.fromkeys(ids) if engine.has_title(i) and i not in taken][:_MOST]
    n_written = sum(1 for words in written.values() for word in words if word)
    if left_out := n_written - sum(map(len, found.values())):
        titles = count(left_out, "title")
        st.info(
            f"{titles} in this link cannot be used: unknown, named twice, or more than {_MOST} on one side.",
            icon=":material/link_off:",
        )
    known = engine.known([i for ids in found.values() for i in ids], model)
    unknown = [engine.title(i) for ids in found.values() for i in ids if i not in known]
    if unknown:
        names = ", ".join(plain(pickers.names_of(title)[0], 60) for title in unknown)
        st.info(f"{MODEL_LABELS[model]} does not know {names}. Choose another model.", icon=":material/info:")
    return {side: [i for i in ids if i in known] for side, ids in found.items()}


def _write(chosen: dict[str, list[int]]) -> None:
    state.write_parameters({side: "_".join(map(str, ids)) for side, ids in chosen.items()})


def _add(chosen: dict[str, list[int]], side: str, anime_id: int) -> None:
    """Put a title on one side, and take it from the other."""
    left = {name: [i for i in ids if i != anime_id] for name, ids in chosen.items()}
    _write(left | {side: [*left[side], anime_id]})
    state.clear_inputs()
    st.rerun()


def _remove(chosen: dict[str, list[int]], anime_id: int) -> None:
    _write({name: [i for i in ids if i != anime_id] for name, ids in chosen.items()})


@st.fragment
def _search(chosen: dict[str, list[int]]) -> None:
    """Search for a title; the page runs again only when one is added."""
    query = st.text_input(
        "Find a title", key=state.input_key("seed-typed"), placeholder="Any of its names", type="search", live=True,
        max_chars=100,
    )  # fmt: skip
    if query.strip():
        for title in _titles(pickers.found(query, _HITS)):
            _hit(title, chosen)


def _hit(title: Title, chosen: dict[str, list[int]]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        year = f" ({title.year})" if title.year else ""
        st.markdown(f"{pickers.title_names(title)}{year}")
        for side, (label, icon) in _SIDES.items():
            full = len(chosen[side]) >= _MOST
            st.button(
                label.replace("these", "this"),
                key=f"{side}-{title.anime_id}",
                icon=f":material/{icon}:",
                on_click=_add,
                args=(chosen, side, title.anime_id),
                disabled=full or title.anime_id in chosen[side],
                help=f"At most {count(_MOST, 'title')}" if full else None,
            )


def _show_chosen(chosen: dict[str, list[int]]) -> None:
    for side, (label, icon) in _SIDES.items():
        if not chosen[side]:
            continue
        st.markdown(f":material/{icon}: **{label}** :small[(click one to remove it)]")
        with st.container(horizontal=True, gap="xsmall", key=f"chosen-{side}"):
            for title in _titles(chosen[side]):
                st.button(
                    plain(pickers.names_of(title)[0], 48),
                    key=f"drop-{title.anime_id}",
                    icon=":material/close:",
                    on_click=_remove,
                    args=(chosen, title.anime_id),
                )


def _titles(ids: Iterable[int]) -> list[Title]:
    return [resources.engine().title(anime_id) for anime_id in ids]


def _results(model: str, chosen: dict[str, list[int]], *, with_list: bool) -> None:
    engine, now = resources.engine(), state.visit()
    fan = now.profile if with_list else Profile()
    folding = state.remembered("like-these", (fan, model), lambda: engine.fold_in(fan, model))
    excluded = now.hidden | (now.profile.begun - fan.begun)
    filters = replace(same_filters.choose(), new_series=False, exclude=excluded)
    picks = engine.recommend(
        folding, model, _TEN, filters, diversity=controls.DIVERSITY, reasons=0,
        like=chosen["like"], unlike=chosen["unlike"],
    )  # fmt: skip
    if shortage.may_be_told(filters, len(picks), _TEN):
        seeds = {anime_id for ids in chosen.values() for anime_id in ids}
        rest = replace(filters, exclude=filters.exclude | seeds)
        shortage.tell(engine.candidates(folding, model, rest, discovery=0.0), rest, len(picks), _TEN)
    if not picks:
        return
    titles = "Ten titles" if len(picks) == _TEN else count(len(picks), "title")
    st.markdown(f"## {titles} for you" if with_list else f"## {titles}")
    if not with_list:
        st.caption("The scores are everybody’s: no list is used.")
    cover_grid.show(picks, "seeded", folding)


_page()
