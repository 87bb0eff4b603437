"""The Recommend page for so many hours."""

import pytest

from pages.for_you.hours_plan import duration
from pages.parts import resources
from recsys.serving import hours
from tests.pages.helpers import cards
from tests.pages.helpers import opened as run

RATED = "5114-9_1535-8_30276-4_16498-9"


def minutes(anime_id: int) -> float:
    title = resources.engine().title(anime_id)
    assert title.episodes
    return title.episodes * (title.duration_min or 24)


def headings(app) -> list[str]:
    return [one.value for one in app.markdown if one.value.startswith("## ")]


def test_nothing_is_planned_at_first(app, monkeypatch):
    monkeypatch.setattr(hours, "within", lambda *_: pytest.fail("computed while it is off"))
    run(app, r=RATED)
    assert not cards(app, "plan")
    assert len(cards(app, "ten")) == 10


def test_a_plan_that_fits_and_titles_by_enjoyment_per_hour(app):
    run(app, r=RATED)
    usual = list(cards(app, "ten"))
    app.select_slider(key="hours").set_value(6).run()
    assert not app.select_slider  # the controls are not drawn again
    plan, ten = cards(app, "plan"), cards(app, "ten")
    assert plan
    assert sum(map(minutes, plan)) <= 360
    assert len(ten) == 10
    assert list(ten) != usual
    assert all(minutes(anime_id) <= 360 for anime_id in ten)
    assert "## Plan for 6 hours" in headings(app)
    assert any("mean of all scores predicted for you" in one.value for one in app.caption)
    for anime_id, label in {**plan, **ten}.items():
        assert f"{duration(minutes(anime_id))} ·" in label
    app.button(key=f"plan-open-{next(iter(plan))}").click().run()
    assert app.button(key="details-planned")


def test_a_link_leads_to_the_hours(app):
    run(app, r=RATED, hours="2 hours", n="20")
    assert "## Plan for 2 hours" in headings(app)
    assert len(cards(app, "ten")) == 20
    plan = cards(app, "plan")
    assert all(minutes(anime_id) <= 120 for anime_id in (*plan, *cards(app, "ten")))
    short = any(minutes(anime_id) < hours.LEAST_MINUTES for anime_id in plan)
    assert short == any("each one under 30 minutes counts as 30" in one.value for one in app.caption)


def test_titles_of_unknown_length_are_counted(app):
    run(app, r=RATED, hours="6 hours")
    found = hours.within(resources.engine(), app.session_state["visit"].profile, 6)
    assert found.unknown
    assert any("of unknown length" in one.value for one in app.caption)


def test_where_nothing_fits_the_page_says_so(app):
    run(app, r=RATED, hours="2 hours", type="TV", tags=["Magic", "Zombie"], years=["1990", "1991"])
    assert not cards(app, "ten")
    (said,) = app.info
    assert said.value.startswith("No title is left. Most titles were removed by")


@pytest.mark.parametrize(("given", "words"), [(125, "2 h 5 min"), (60, "1 h"), (24.4, "24 min"), (0.2, "1 min")])
def test_durations_in_words(given, words):
    assert duration(given) == words
