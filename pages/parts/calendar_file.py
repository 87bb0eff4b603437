"""A calendar file (iCalendar, RFC 5545) of titles that are still to air, and the button to download it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from pages.parts.text import count, shorten
from recsys import Title
from recsys.serving import broadcasts
from recsys.serving.broadcasts import Broadcast

_ABOUT = "The day is Japan’s. Dates are as the catalogue knows them and may change."


def ics(found: Sequence[Broadcast], written: datetime) -> bytes:
    """One event for each broadcast, which lasts the whole day and leaves the calendar's owner free. `written` is the
    present time. An event keeps its id, so that a later file replaces it."""
    import icalendar  # 3 MB of memory, for the few visitors who download a calendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Anime Alchemy//EN")
    calendar.add("version", "2.0")
    for one in found:
        url = f"https://myanimelist.net/anime/{one.title.anime_id}"
        event = icalendar.Event()
        event.add("uid", f"anime-{one.title.anime_id}@anime-alchemy")
        event.add("dtstamp", written)
        event.add("dtstart", one.first)
        event.add("dtend", one.first + timedelta(days=1))
        if one.weeks > 1:
            event.add("rrule", {"freq": "weekly", "count": one.weeks})
        event.add("summary", shorten(one.title.title))
        event.add("description", f"{_ABOUT}\n{url}")
        event.add("url", url)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def button(titles: Sequence[Title], today: date, key: str) -> None:
    """Download the broadcasts of `titles` that are still to come, and say what the file has; nothing if there are
    none. The file is made when it is asked for."""
    found = broadcasts.to_come(titles, today)
    if not found:
        return
    st.download_button(
        f"Calendar file ({count(len(found), 'title')})", lambda: ics(found, datetime.now(UTC)), "anime-alchemy.ics",
        "text/calendar", icon=":material/event:", on_click="ignore", key=key, help=_ABOUT,
    )  # fmt: skip
    weekly = sum(one.weeks > 1 for one in found)
    if weekly < len(found):
        repeated = (
            f"{weekly:,} with all episodes, {len(found) - weekly:,} with the first day only"
            if weekly
            else ("with the first day only")
        )
        st.caption(f"Titles that are still to air: {repeated}. The catalogue does not know their later days.")
