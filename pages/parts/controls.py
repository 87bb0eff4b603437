"""The controls of a recommendation, and the filters of Explore. All of them are query parameters of the address."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts import resources, state
from recsys import Filters
from recsys.serving.engine import MODEL_LABELS

#: The `diversity` of `Engine.recommend` on all pages.
DIVERSITY = 0.3
_EPISODES = (1, 2, 6, 12, 13, 24, 26, 52, 100)
_MEMBERS = (0, 1_000, 10_000, 50_000, 100_000, 500_000)
_TYPES = ("TV", "Movie", "OVA", "ONA", "Special", "Music")
#: Filter -> query parameter, for recommendations and for Explore.
_RECOMMENDING = {"types": "type", "genres": "with", "years": "years", "members": "members", "adult": "adult"}
_BROWSING = {"types": "kind", "genres": "genre", "years": "span", "members": "fans", "adult": "adults"}


def model() -> str:
    """Choose a model."""
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
    """Accept the library's name of a model in a link, `model=svd`: Streamlit accepts the label alone."""
    written = st.query_params.get("model")
    if written is None or "model" in st.session_state or written in MODEL_LABELS.values():
        return
    if (name := written.casefold()) in names:
        st.session_state["model"] = name
    else:
        usual = ", ".join(MODEL_LABELS[name] for name in names)
        st.warning(f"The model in this link does not exist. The models are: {usual}.", icon=":material/link_off:")


def discovery() -> float:
    """Choose how adventurous the recommendations are, from 0 (safe) to 1."""
    steps = {0.0: "Safe", 0.25: "Familiar", 0.5: "Balanced", 0.75: "Curious", 1.0: "Adventurous"}
    return st.select_slider(
        "Safe to adventurous", list(steps), format_func=steps.__getitem__, key="discovery", bind="query-params"
    )


def _genres_and_years() -> tuple[list[str], tuple[int, int]]:
    """The genres of the catalogue, and its first and last year."""
    catalogue = resources.engine().catalogue
    years = catalogue.years[catalogue.years > 0]
    return [genre for genre in catalogue.genres if genre != "Hentai"], (int(years.min()), int(years.max()))


def filters(*, browsing: bool = False, by_year: bool = True, on_change: Callable[[], None] | None = None) -> Filters:
    """The filter form. `browsing`: without the filters that only a recommendation has. `by_year`: with years."""
    key = _BROWSING if browsing else _RECOMMENDING
    genres, years = _genres_and_years()
    with st.expander("Filters", icon=":material/tune:"):
        left, right = st.columns(2)
        with left:
            types = st.pills(
                "Type", _TYPES, selection_mode="multi", key=key["types"], on_change=on_change, bind="query-params"
            )
            wanted = st.multiselect(
                "With all of these genres", genres, key=key["genres"], on_change=on_change, bind="query-params"
            )
        with right:
            first, last = years
            if by_year:
                first, last = st.slider(
                    "Years", *years, years, key=key["years"], on_change=on_change, bind="query-params"
                )
            members = st.select_slider(
                "Minimum number of members", _MEMBERS, key=key["members"], on_change=on_change, bind="query-params",
                format_func="{:,}".format if browsing else str, help="MyAnimeList users with the title on their list",
            )  # fmt: skip
            adult = st.toggle("Adult titles", key=key["adult"], on_change=on_change, bind="query-params")
        more = {} if browsing else _recommendation_filters(left, right, genres)
    return Filters(
        types=tuple(types),
        genres=tuple(wanted),
        year_from=first if first > years[0] else None,
        year_to=last if last < years[1] else None,
        min_members=members,
        adult=adult,
        **more,
    )


def _recommendation_filters(left: Any, right: Any, genres: list[str]) -> dict[str, Any]:
    with left:
        unwanted = st.multiselect("Without these genres", genres, key="without", bind="query-params")
        planned = st.segmented_control(
            "Titles on your plan", ["show", "hide", "only"], key="planned", default="show", required=True,
            format_func=str.title, bind="query-params",
        )  # fmt: skip
    with right:
        shortest, longest = st.select_slider(
            "Episodes", _EPISODES, (_EPISODES[0], _EPISODES[-1]), key="episodes", bind="query-params",
            format_func=lambda n: f"{n}+" if n == _EPISODES[-1] else str(n),
        )  # fmt: skip
        rules = st.toggle(
            "Series in watch order", value=True, key="series", bind="query-params",
            help="Show one title of each series, and only if you have seen the parts before it.",
        )  # fmt: skip
    return {
        "without_genres": tuple(unwanted),
        "planned": planned,
        "episodes_from": shortest if shortest > _EPISODES[0] else None,
        "episodes_to": longest if longest < _EPISODES[-1] else None,
        "franchise_rules": rules,
        "exclude": state.visit().hidden,
    }


def clear_explore_filters() -> None:
    """Set Explore's filters to their defaults, but leave adult titles as they are."""
    defaults = {"types": [], "genres": [], "years": _genres_and_years()[1], "members": _MEMBERS[0]}
    st.session_state.update({_BROWSING[name]: value for name, value in defaults.items()})
