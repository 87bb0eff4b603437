"""The controls of a recommendation: model, safe to adventurous, and filters. All of them stand in the address."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import resources, state
from recsys import Filters
from recsys.serving.engine import MODEL_LABELS

#: How strongly the ten are kept from being ten of a kind (`Engine.recommend`).
DIVERSITY = 0.3
_EPISODES = (1, 2, 6, 12, 13, 24, 26, 52, 100)
_MEMBERS = (0, 1_000, 10_000, 50_000, 100_000, 500_000)
_TYPES = ("TV", "Movie", "OVA", "ONA", "Special", "Music")


def model() -> str:
    engine = resources.engine()
    _take_model_from_link(engine.models)
    return st.segmented_control(
        "Model",
        engine.models,
        key="model",
        default=engine.default_model,
        required=True,
        format_func=MODEL_LABELS.__getitem__,
        bind="query-params",
    )


def _take_model_from_link(names: Sequence[str]) -> None:
    """A link may write the model as the library does, `model=svd`; Streamlit would drop what is not the label."""
    written = st.query_params.get("model")
    if written is None or "model" in st.session_state or written in MODEL_LABELS.values():
        return
    if (name := written.casefold()) in names:
        st.session_state["model"] = name
    else:
        usual = ", ".join(MODEL_LABELS[name] for name in names)
        st.warning(f"This link asks for a model that is not here. There are: {usual}.", icon=":material/link_off:")


def discovery() -> float:
    """0 (safe) to 1 (adventurous)."""
    steps = {0.0: "Safe", 0.25: "Familiar", 0.5: "Balanced", 0.75: "Curious", 1.0: "Adventurous"}
    return st.select_slider(
        "Safe to adventurous", list(steps), format_func=steps.__getitem__, key="discovery", bind="query-params"
    )


def filters() -> Filters:
    catalogue = resources.engine().catalogue
    genres = [genre for genre in catalogue.genres if genre != "Hentai"]
    years = (int(catalogue.years[catalogue.years > 0].min()), int(catalogue.years.max()))
    with st.expander("Filters", icon=":material/tune:"):
        left, right = st.columns(2)
        with left:
            types = st.pills("Type", _TYPES, selection_mode="multi", key="type", bind="query-params")
            wanted = st.multiselect("With all of these genres", genres, key="with", bind="query-params")
            unwanted = st.multiselect("Without these genres", genres, key="without", bind="query-params")
            planned = st.segmented_control(
                "Titles that you plan", ["show", "hide", "only"], key="planned", default="show", required=True,
                format_func=str.title, bind="query-params",
            )  # fmt: skip
        with right:
            first, last = st.slider("Years", *years, years, key="years", bind="query-params")
            shortest, longest = st.select_slider(
                "Episodes", _EPISODES, (_EPISODES[0], _EPISODES[-1]), key="episodes", bind="query-params",
                format_func=lambda n: f"{n}+" if n == _EPISODES[-1] else str(n),
            )  # fmt: skip
            members = st.select_slider("At least this many members", _MEMBERS, key="members", bind="query-params")
            rules = st.toggle(
                "Series from their beginning", value=True, key="series", bind="query-params",
                help="One title of a series, and only when you have watched what comes before it.",
            )  # fmt: skip
            adult = st.toggle("Adult titles", key="adult", bind="query-params")
    return Filters(
        types=tuple(types),
        genres=tuple(wanted),
        without_genres=tuple(unwanted),
        year_from=first if first > years[0] else None,
        year_to=last if last < years[1] else None,
        episodes_from=shortest if shortest > _EPISODES[0] else None,
        episodes_to=longest if longest < _EPISODES[-1] else None,
        min_members=members,
        planned=planned,
        adult=adult,
        franchise_rules=rules,
        exclude=state.visit().hidden,
    )
