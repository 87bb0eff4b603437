"""The calendar file, read back by the library that others use too, and where the pages offer it."""

from datetime import UTC, date, datetime

import icalendar
import pytest

from pages.parts import calendar_file
from pages.titles import on_air
from recsys import Title
from recsys.serving.broadcasts import Broadcast
from tests.pages.helpers import opened

WRITTEN = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOSTILE = "A; B, C\\n\r\nBEGIN:VEVENT\r\nSUMMARY:D\u202e\x00" + "進" * 60


def events(raw: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))


def test_a_series_repeats_each_week_and_a_premiere_does_not():
    titles = [Broadcast(Title(7, "Alpha"), date(2026, 10, 4), 12), Broadcast(Title(8, "Beta"), date(2026, 12, 31))]
    series, film = events(calendar_file.ics(titles, WRITTEN))
    assert (series["summary"], series.decoded("dtstart")) == ("Alpha", date(2026, 10, 4))
    assert series.decoded("dtend") == date(2026, 10, 5)
    assert dict(series["rrule"]) == {"FREQ": ["WEEKLY"], "COUNT": [12]}
    assert "rrule" not in film
    assert film.decoded("dtend") == date(2027, 1, 1)
    assert len({series["uid"], film["uid"]}) == 2
    assert series.decoded("dtstamp") == WRITTEN


def test_a_hostile_name_stays_one_line_of_one_event():
    raw = calendar_file.ics([Broadcast(Title(7, HOSTILE), date(2026, 10, 4))], WRITTEN)
    (event,) = events(raw)
    assert event["summary"].startswith("A; B, C\\n BEGIN:VEVENT SUMMARY:D 進")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(("day", "offered"), [(date(2026, 6, 1), True), (date(2030, 1, 1), False)])
def test_the_season_page_offers_a_file_while_titles_are_to_come(app, monkeypatch, day, offered):
    monkeypatch.setattr(on_air, "today", lambda: day)
    opened(app, script="pages/titles/season.py", season="2026-summer")
    assert any(button.proto.label.startswith("Calendar file (") for button in app.get("download_button")) == offered
    assert any("with the first day only" in caption.value for caption in app.caption) == offered
