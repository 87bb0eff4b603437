"""When a title airs, in words, and how old the catalogue's facts about it are."""

from datetime import date, timedelta

import numpy as np
import streamlit as st

from pages.parts import resources
from recsys import RecsysError, Title
from recsys.serving import airing

#: Within this time of a first day, its weekday is of interest.
_RECENT = timedelta(days=200)


@st.cache_resource(show_spinner=False)
def calendar() -> airing.Calendar:
    """When the titles of the catalogue air. Without a record of the facts' age, all months are unknown."""
    catalogue = resources.engine().catalogue
    try:
        months = airing.fact_months(resources.ARTIFACTS, catalogue)
    except RecsysError:
        months = np.full(len(catalogue), np.datetime64("NaT"), dtype="datetime64[M]")
    return airing.calendar(catalogue, months)


def today() -> date:
    """Today in Japan, where titles air first."""
    return airing.today()


def months(anime_ids: list[int]) -> tuple[date, date] | None:
    """The first days of the oldest and the newest month of the facts about when titles air; None where unknown."""
    found = calendar().months[resources.engine().catalogue.positions(anime_ids)]
    found = found[~np.isnat(found)]
    return (found.min().astype(date), found.max().astype(date)) if len(found) else None


def month_range(first: date, last: date) -> str:
    """ "August 2026", "February to August 2026"."""
    if first == last:
        return f"{last:%B %Y}"
    return f"{first:%B}{'' if first.year == last.year else f' {first.year}'} to {last:%B %Y}"


def is_over(title: Title) -> bool:
    """Whether a title had aired when its facts were collected."""
    return not (airing.is_planned(title) or airing.is_running(title))


def _day(day: date, *, year: bool = True, weekday: bool = False) -> str:
    return f"{f'{day:%a} ' if weekday else ''}{day.day} {day:%b}{f' {day.year}' if year else ''}"


def aired(title: Title, now: date) -> str:
    """When a title airs or aired, with years: "Aired 29 Sep 2023 – 22 Mar 2024". Empty where nothing is known."""
    first, last = title.aired_from, title.aired_to
    if first is None or airing.is_cancelled(title):
        return title.status or ""
    start = _day(first) if airing.is_exact(title) else f"{first:%B %Y}"
    if first > now:
        return f"Starts {start}" if airing.is_exact(title) else f"Starts in {start}"
    if airing.is_planned(title):
        return f"Start announced for {start}"
    if airing.is_running(title):
        return f"Airing since {start}"
    if last is None or last <= first:
        return f"Aired {start}" if title.episodes == 1 or last else f"First aired {start}"
    return f"Airing since {start}, until {_day(last)}" if last > now else f"Aired {start} – {_day(last)}"


def in_season(title: Title, season: airing.Season, now: date) -> str:
    """When a title airs in a season: "Started Sun 4 Oct". Empty where nothing is known."""
    first, last = title.aired_from, title.aired_to
    if first is None:
        return ""
    if not airing.is_exact(title):
        near = abs(airing.Season.of(first).number - season.number) < 2
        return f"{'Starts' if first > now else 'Started'} in {first:%B}" if near else f"Announced for {season.label}"
    if airing.Season.of(first) + 1 < season:
        return f"Since {_day(first)}"
    year = first.year != season.year
    if last is not None and last < now and not airing.is_running(title):
        end = "" if last <= first else f" – {_day(last, year=last.year != season.year)}"
        return _day(first, year=year) + end
    single = title.type == "Movie" or title.episodes == 1
    verb = ("On" if single else "Starts") if first > now else ("" if single else "Started")
    recent = abs(first - now) < _RECENT
    return f"{verb} {_day(first, year=year, weekday=recent)}".strip()
