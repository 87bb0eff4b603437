"""The Season page: what airs this season, the last, the next or any other, in the order that suits the fan."""

import math
from datetime import date

import streamlit as st

from pages.parts import calendar_file, controls, links, pickers, resources, state
from pages.parts.text import count, link, plain
from pages.titles import gallery, on_air, predicted
from recsys import Engine, Profile, RecsysError, Title
from recsys.seasons import Season
from recsys.serving import season as seasons
from recsys.serving.recommending import Scored
from recsys.serving.season import SeasonList, Sequel

_PAGE = 24
_GENRES = 2
_SITES = 3
_SEQUELS: dict[seasons.Sequels, str] = {"first": "First", "mixed": "Mixed in", "hidden": "Hidden"}


def _choose(key: str) -> None:
    """Write the season that a control has into the address."""
    if chosen := st.session_state[key]:
        st.query_params["season"] = chosen
        gallery.from_the_start()


def _season(this: Season) -> Season:
    """The season in the address, or this one; and the controls to choose another."""
    chosen, written = this, st.query_params.get("season")
    if written:
        try:
            chosen = Season.parse(written)
        except RecsysError as error:
            st.warning(f"{plain(str(error))} This is {this.label}.", icon=":material/link_off:")
    near = [this + step for step in (-1, 0, 1)]
    every = sorted({*on_air.calendar().known_seasons, *near, chosen}, reverse=True)
    labels = {str(season): season.label for season in every}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Season", list(map(str, near)), key=state.mirror("season-near", str(chosen) if chosen in near else None),
            format_func=lambda text: labels[text] + (" (now)" if text == str(this) else ""),
            on_change=_choose, args=("season-near",), wrap=True,
        )  # fmt: skip
        st.selectbox(
            "Any season", list(labels), key=state.mirror("season-any", str(chosen)), format_func=labels.__getitem__,
            on_change=_choose, args=("season-any",), width=200,
        )  # fmt: skip
    return chosen


def _sequels(fan: Profile) -> seasons.Sequels:
    if not fan.begun:
        return "first"
    return st.segmented_control(
        "Sequels of what you watched", list(_SEQUELS), format_func=_SEQUELS.__getitem__, key="sequels", default="first",
        required=True, on_change=gallery.from_the_start, bind="query-params", wrap=True,
    )  # fmt: skip


def _scored(fan: Profile) -> tuple[str | None, Scored | None]:
    if not fan.begun:
        return None, None
    model = controls.model()
    scored = predicted.scored(model)
    return model if scored is not None else None, scored


def _page() -> None:
    st.title("Season")
    now = on_air.today()
    season = _season(Season.of(now))
    fan = state.visit().profile
    with st.container(horizontal=True, gap="medium"):
        model, scored = _scored(fan)
        sequels = _sequels(fan)
    filters = controls.filters(browsing=True, by_year=False, on_change=gallery.from_the_start)
    found = seasons.titles(
        resources.engine(), on_air.calendar(), season, fan=fan, scored=scored, filters=filters, sequels=sequels,
        unwanted=state.visit().hidden,
    )  # fmt: skip
    _summary(found, season, model, now)
    if not found.ids:
        _nothing(season, found)
        return
    slot = st.container()
    pages = math.ceil(len(found.ids) / _PAGE)
    page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    calendar_file.button([resources.engine().title(i) for i in found.ids], now, "season-calendar")
    with slot:
        _sections(found, range((page - 1) * _PAGE, page * _PAGE), season, now, scored)


def _summary(found: SeasonList, season: Season, model: str | None, now: date) -> None:
    """How many titles there are, in what order, what is left out, and how old the facts are."""
    ids = list(found.ids)
    n = len(found.sequels) + len(found.new)
    lines = [count(n, "new title") if n else "No new titles"] if ids else []
    if found.continuing:
        lines.append(f"{len(found.continuing):,} continuing series")
    if found.hidden_sequels:
        lines.append(f"{count(found.hidden_sequels, 'sequel')} hidden")
    if found.not_wanted:
        lines.append(f"{count(found.not_wanted, 'title')} left out that you marked “Not for me”")
    known = bool(model) and bool(resources.engine().known(ids, model))
    order = "Those that you would most like to watch come first." if known else "Those with most members come first."
    if lines:
        st.caption(" · ".join([*lines, order] if ids else lines))
    if known:
        predicted.explain_missing(ids, model, " They come last, first those with most members.")
    elif model:
        predicted.explain_missing(ids, model)
    months = on_air.months(ids)
    if months and season.last_day >= months[0]:
        st.caption(
            f":material/history: What the catalogue knows of these titles is from {on_air.month_range(*months)}. Later "
            "dates are as announced then."
        )
    elif ids and not months and season.last_day >= now:
        st.caption(":material/history: The catalogue does not say how old its facts about these titles are.")


def _sections(found: SeasonList, shown: range, season: Season, now: date, scored: Scored | None) -> None:
    """The titles at the places `shown` of the list, under the headings of its parts."""
    engine, fan = resources.engine(), state.visit().profile

    def below(title: Title, score: float | None) -> None:
        _below(engine, fan, title, score, on_air.in_season(title, season, now))

    parts = {
        "sequels": ("Sequels of what you watched", found.sequels),
        "new": (f"New in {season.label}", found.new),
        "continuing": ("Continuing from earlier seasons", found.continuing),
    }
    begin = 0
    for key, (heading, ids) in parts.items():
        here = ids[max(shown.start - begin, 0) : max(shown.stop - begin, 0)]
        begin += len(ids)
        if here:
            st.markdown(f"## {heading}")
            gallery.grid(list(here), scored, below, f"season-{key}")


def _below(engine: Engine, fan: Profile, title: Title, score: float | None, dates: str) -> None:
    """A title's dates, facts and scores, where to watch it, and what it continues."""
    mark = seasons.sequel(engine, title.anime_id, fan)
    lines = [
        f"**{plain(dates)}**" if dates else "",
        plain(_facts(title)),
        plain(_content(title)),
        _scores(title, score),
        _on_list(title, fan),
        "" if mark is None or fan.is_empty else _needs(mark, engine),
    ]
    st.caption("  \n".join(filter(None, lines)))
    if where := _where(title):
        st.markdown(where)  # a link in a caption has too little contrast
    if mark is not None and mark.of is not None and not mark.dropped:
        links.to_title(engine.title(mark.of), words="Sequel of ", lines=3)


def _facts(title: Title) -> str:
    """Type, length and studio."""
    episodes = f"{title.episodes} ep" if title.episodes and title.episodes > 1 else ""
    return " · ".join(filter(None, (title.type, episodes, *title.studios[:1])))


def _content(title: Title) -> str:
    """Source and genres."""
    return " · ".join(filter(None, (title.source, *title.genres[:_GENRES])))


def _scores(title: Title, score: float | None) -> str:
    """What is known of MyAnimeList's mean and the predicted score."""
    parts = [f"MyAnimeList {title.mean_score:.1f}"] if title.mean_score else []
    if score is not None:
        parts.append("no prediction yet" if math.isnan(score) else f"you **{score:.1f}**")
    return " · ".join(parts)


def _on_list(title: Title, fan: Profile) -> str:
    names = {"watching": "Watching", "on_hold": "On hold", "dropped": "Dropped", "planned": "Planned"}
    for kind, name in names.items():
        if title.anime_id in getattr(fan, kind):
            return f":material/bookmark: {name}"
    return ":material/check: On your list" if title.anime_id in fan.begun else ""


def _needs(mark: Sequel, engine: Engine) -> str:
    """The earlier parts to watch first."""
    if mark.dropped:
        return "You dropped an earlier part"
    if not mark.missing:
        return ""
    first = plain(pickers.names_of(engine.title(mark.missing[0]))[0], 60)
    n = len(mark.missing) - 1
    return f"Needs {first} and {count(n, 'more part')} first" if n else f"Needs {first} first"


def _where(title: Title) -> str:
    """Links to streaming sites."""
    shown = [link(site, url) for site, url in title.streaming[:_SITES]]
    more = [f"{len(title.streaming) - _SITES} more"] if len(title.streaming) > _SITES else []
    return f":material/play_circle: {' · '.join(shown + more)}" if shown else ""


def _nothing(season: Season, found: SeasonList) -> None:
    """Say why no title is shown."""
    with st.container(border=True, horizontal_alignment="center"):
        if not len(on_air.calendar().known_seasons):
            st.markdown("## :material/event_busy: No dates")
            st.markdown("This catalogue does not say when titles air.")
            return
        st.markdown("## :material/search_off: No titles")
        if found.hidden_sequels or found.not_wanted:
            st.markdown("All titles of this season that match your filters are hidden or marked “Not for me”.")
        else:
            st.markdown(f"The catalogue has no title of {season.label} that matches your filters.")
        st.button("Clear filters", icon=":material/restart_alt:", on_click=_clear)


def _clear() -> None:
    controls.clear_explore_filters()
    gallery.from_the_start()


_page()
