"""The controls of a recommendation, and the filters of Explore. All of them are query parameters of the address."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts import resources, state, tag_choice, where
from recsys import Filters
from recsys.serving.engine import MODEL_LABELS

OnChange = Callable[[], None] | None
#: The `diversity` of `Engine.recommend` on all pages.
DIVERSITY = 0.3
_EPISODES = (1, 2, 6, 12, 13, 24, 26, 52, 100)
_MEMBERS = (0, 1_000, 10_000, 50_000, 100_000, 500_000)
STEPS = {0.0: "Safe", 0.25: "Familiar", 0.5: "Balanced", 0.75: "Curious", 1.0: "Adventurous"}
#: Order by what the fan would watch, or by the chance that the fan gives 8 or more: the `odds` of `Engine.recommend`.
ODDS = {0.0: "Usual order", 0.25: "A bit surer", 0.5: "Surer", 0.75: "Much surer", 1.0: "Surest"}
#: Minutes to watch all episodes -> words. 0: no limit.
TIMES = {
    30: "Half an hour", 120: "A film, 2 hours", 240: "An evening, 4 hours", 360: "One season, 6 hours",
    720: "A weekend, 12 hours", 1440: "A week, 24 hours", 0: "Any length",
}  # fmt: skip
#: Hours to plan for -> words. 0: no plan.
HOURS = {0: "Off", 2: "2 hours", 4: "4 hours", 6: "6 hours", 12: "12 hours", 24: "24 hours"}
TYPES = ("TV", "Movie", "OVA", "ONA", "Special", "Music")
#: Filter -> query parameter, for recommendations and for Explore.
_RECOMMENDING = {"types": "type", "genres": "with", "years": "years", "members": "members", "adult": "adult"}
_BROWSING = {"types": "kind", "genres": "genre", "years": "span", "members": "fans", "adult": "adults"}


def model(on_change: OnChange = None) -> str:
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
        on_change=on_change,
        bind="query-params",
    )


def _take_model_from_link(names: Sequence[str]) -> None:
    """Accept the library's name of a model in a link, `model=svd`: Streamlit accepts the label alone."""
    written = st.query_params.get("model")
    if written is None or "model" in st.session_state or written in MODEL_LABELS.values():
        return
    if (name := written.casefold()) in names:
        state.correct_parameter("model", MODEL_LABELS[name])
    else:
        usual = ", ".join(MODEL_LABELS[name] for name in names)
        st.warning(f"The model in this link does not exist. The models are: {usual}.", icon=":material/link_off:")


def discovery(on_change: OnChange = None) -> float:
    """Choose how adventurous the recommendations are, from 0 (safe) to 1."""
    return st.select_slider(
        "Safe to adventurous", list(STEPS), format_func=STEPS.__getitem__, key="discovery", on_change=on_change,
        bind="query-params",
    )  # fmt: skip


def odds(on_change: OnChange = None) -> float:
    """Choose how much the chance of 8 or more decides about the order, from 0 to 1."""
    return st.select_slider(
        "How sure of 8 or more", list(ODDS), format_func=ODDS.__getitem__, key="odds", on_change=on_change,
        bind="query-params",
        help="To the right, titles come first to which you would most probably give 8 or more. To the left, those that "
        "you would most probably choose to watch.",
    )  # fmt: skip


def chosen_odds() -> float:
    """The value of `odds`, as its widget stands."""
    return _value("odds", 0.0)


def chosen_hours() -> int:
    """The hours to plan for, as their widget stands; 0: no plan."""
    return _value("hours", 0)


def chosen() -> tuple[str, float, Filters]:
    """The model, how adventurous, and the filters, as their widgets stand. A fragment runs without drawing them."""
    filters = chosen_filters()
    filters = replace(filters, new_series=filters.franchise_rules and not _value("continue", False))
    return _value("model", resources.engine().default_model), _value("discovery", 0.0), filters


def chosen_filters() -> Filters:
    """The filters of the form, as its widgets stand."""
    return _chosen_filters(_RECOMMENDING, browsing=False, by_year=True)


def genres() -> list[str]:
    """The genres that can be chosen."""
    return [genre for genre in resources.engine().catalogue.genres if genre != "Hentai"]


def _years() -> tuple[int, int]:
    """The first and the last year of the catalogue."""
    years = resources.engine().catalogue.years
    known = years[years > 0]
    return int(known.min()), int(known.max())


def filters(*, browsing: bool = False, by_year: bool = True, on_change: OnChange = None) -> Filters:
    """The filter form. `browsing`: without the filters that only a recommendation has. `by_year`: with years."""
    with st.expander("Filters", icon=":material/tune:"):
        _form(browsing, by_year, on_change)
    return _chosen_filters(_BROWSING if browsing else _RECOMMENDING, browsing, by_year)


def filter_button() -> None:
    """The filter form alone, behind a button. `chosen_filters` gives the filters."""
    with st.popover("Filters", icon=":material/tune:", key="filters"):
        _form(browsing=False, by_year=True, on_change=None)


def filter_popover(on_change: OnChange) -> None:
    """The filter form of Recommend, behind a button, with what that page alone has. `chosen` gives the filters."""
    with st.popover("Filters", icon=":material/tune:", key="filters"):
        st.select_slider(
            "Plan for the hours you have", list(HOURS), 0, key="hours", on_change=on_change,
            format_func=HOURS.__getitem__, bind="query-params",
            help="Shows a set of titles that fits into these hours, and orders titles by expected enjoyment per hour.",
        )  # fmt: skip
        _form(browsing=False, by_year=True, on_change=on_change)
        st.toggle(
            "Sequels among the ten", key="continue", on_change=on_change, bind="query-params",
            help="Sequels of what you watched are otherwise under “Continue your series” alone.",
        )  # fmt: skip


def _form(browsing: bool, by_year: bool, on_change: OnChange) -> None:
    key = _BROWSING if browsing else _RECOMMENDING
    years = _years()
    left, right = st.columns(2)
    with left:
        st.pills(
            "Type", TYPES, selection_mode="multi", key=key["types"], on_change=on_change, bind="query-params",
            wrap=True,
        )  # fmt: skip
        liked = genres() if browsing else tag_choice.liked_first(genres())
        st.multiselect("With all of these genres", liked, key=key["genres"], on_change=on_change, bind="query-params")
    with right:
        if by_year:
            st.slider("Years", *years, years, key=key["years"], on_change=on_change, bind="query-params")
        st.select_slider(
            "Minimum number of members", _MEMBERS, key=key["members"], on_change=on_change, bind="query-params",
            format_func="{:,}".format if browsing else str, help="MyAnimeList users with the title on their list",
        )  # fmt: skip
        st.toggle("Adult titles", key=key["adult"], on_change=on_change, bind="query-params")
    if not browsing:
        _recommendation_form(left, right, on_change)


def _recommendation_form(left: Any, right: Any, on_change: OnChange) -> None:
    with left:
        st.multiselect(
            "Without these genres", tag_choice.disliked_first(genres()), key="without", on_change=on_change,
            bind="query-params",
        )  # fmt: skip
        tags = tag_choice.names()
        st.multiselect(
            "With all of these tags", tag_choice.liked_first(tags), key="tags", on_change=on_change,
            bind="query-params", select_all=False,
        )  # fmt: skip
        st.multiselect(
            "Without these tags", tag_choice.disliked_first(tags), key="no-tags", on_change=on_change,
            bind="query-params", select_all=False,
        )  # fmt: skip
        tag_choice.caption()
        tag_choice.table()
        st.segmented_control(
            "Titles on your plan", ["show", "hide", "only"], key="planned", default="show", required=True,
            format_func=str.title, on_change=on_change, bind="query-params",
        )  # fmt: skip
    with right:
        st.select_slider(
            "Episodes", _EPISODES, (_EPISODES[0], _EPISODES[-1]), key="episodes", on_change=on_change,
            format_func=lambda n: f"{n}+" if n == _EPISODES[-1] else str(n), bind="query-params",
        )  # fmt: skip
        st.toggle(
            "Series in watch order", value=True, key="series", on_change=on_change, bind="query-params",
            help="Show one title of each series, and only if you have seen the parts before it.",
        )  # fmt: skip
        st.select_slider(
            "Time to watch all episodes", list(TIMES), 0, key="time", on_change=on_change,
            format_func=TIMES.__getitem__, bind="query-params",
        )  # fmt: skip
        _where_form(on_change)


def _where_form(on_change: OnChange) -> None:
    codes, guess = where.countries(), where.guessed_country()
    st.multiselect(
        "My streaming services", where.services(), key="services", on_change=on_change, bind="query-params",
        placeholder="Any service",
    )  # fmt: skip
    st.selectbox(
        "My country", codes, codes.index(guess), key="country", on_change=on_change, bind="query-params",
        format_func=where.country_name,
        help="Services that cannot be watched there do not count. At first, it is the country of your browser’s "
        "language.",
    )  # fmt: skip
    st.toggle(
        "Also titles without a known service", value=True, key="unknown", on_change=on_change, bind="query-params",
        help="Without them, only titles remain that are known to be on one of your services.",
    )  # fmt: skip


def _chosen_filters(key: dict[str, str], browsing: bool, by_year: bool) -> Filters:
    """The filters, as the widgets of the form stand."""
    years = _years()
    first, last = _value(key["years"], years) if by_year else years
    more = {} if browsing else _recommendation_filters()
    return Filters(
        types=tuple(_value(key["types"], ())),
        genres=tuple(_value(key["genres"], ())),
        year_from=first if first > years[0] else None,
        year_to=last if last < years[1] else None,
        min_members=_value(key["members"], 0),
        adult=_value(key["adult"], False),
        **more,
    )


def _recommendation_filters() -> dict[str, Any]:
    shortest, longest = _value("episodes", (_EPISODES[0], _EPISODES[-1]))
    services, unknown = tuple(_value("services", ())), _value("unknown", True)
    country = _value("country", where.guessed_country()) or None
    return {
        "tags": tuple(_value("tags", ())),
        "without_tags": tuple(_value("no-tags", ())),
        "minutes_to": _value("time", 0) or None,
        "services": services,
        "country": country if services or not unknown else None,  # a guess alone removes nothing
        "unknown_services": unknown,
        "without_genres": tuple(_value("without", ())),
        "planned": _value("planned", "show"),
        "episodes_from": shortest if shortest > _EPISODES[0] else None,
        "episodes_to": longest if longest < _EPISODES[-1] else None,
        "franchise_rules": _value("series", True),
        "exclude": state.visit().hidden,
    }


def _value(key: str, default: Any) -> Any:
    """The value of a widget; its default if the browser has not sent one and the widget is not drawn in this run."""
    return st.session_state.get(key, default)


def clear_explore_filters() -> None:
    """Set Explore's filters to their defaults, but leave adult titles as they are."""
    defaults = {"types": [], "genres": [], "years": _years(), "members": _MEMBERS[0]}
    st.session_state.update({_BROWSING[name]: value for name, value in defaults.items()})


def _filter_defaults() -> dict[str, Any]:
    """The widgets of a recommendation's filters, and their values without a filter."""
    return {
        "type": [], "with": [], "without": [], "tags": [], "no-tags": [], "years": _years(),
        "members": _MEMBERS[0], "planned": "show", "episodes": (_EPISODES[0], _EPISODES[-1]), "series": True, "time": 0,
        "services": [], "unknown": True,
    }  # fmt: skip


def filter_parameters() -> dict[str, list[str]]:
    """The query parameters of a recommendation's filters, for a link to another page that has them."""
    names = (*_filter_defaults(), "country", "adult")
    return {name: st.query_params.get_all(name) for name in names if name in st.query_params}


def clear_filters() -> None:
    """Set a recommendation's filters to their defaults, but leave the country and adult titles as they are."""
    st.session_state.update(_filter_defaults())
