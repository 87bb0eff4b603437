"""The Season page on the shipped artifacts, as of a fixed day, without a browser."""

import functools
import re
from datetime import date

import numpy as np
import pytest

from pages.parts import resources
from pages.titles import on_air
from recsys import Profile
from recsys.seasons import Season
from recsys.serving import season as seasons
from recsys.serving.coverage import no_prediction
from tests.pages.helpers import opened, texts

PAGE = "pages/titles/season.py"
NOW = date(2026, 11, 27)
run = functools.partial(opened, script=PAGE)


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    monkeypatch.setattr(on_air, "today", lambda: NOW)


def linked(app) -> list[int]:
    """Ids of the titles that the page links to, in order, without the links to earlier parts."""
    links = [link.proto for link in app.get("page_link") if not link.proto.label.startswith("Sequel of")]
    return [int(found[1]) for link in links if (found := re.search(r"\btitle=(\d+)", link.query_string))]


def listed(season: str, fan: Profile | None = None, **how) -> seasons.SeasonList:
    engine = resources.engine()
    scored = engine.score_all(fan) if fan else None
    return seasons.titles(engine, on_air.calendar(), Season.parse(season), fan=fan or Profile(), scored=scored, **how)


@pytest.fixture(scope="module")
def sequel() -> tuple[int, tuple[int, ...]]:
    """A title of this season that is not for adults, and all that it requires."""
    engine = resources.engine()
    return next((i, required) for i in listed("2026-fall").new if (required := engine.title(i).requires))


def address(earlier: tuple[int, ...]) -> str:
    return "_".join(f"{i}-9" for i in earlier)


def test_this_season_by_members(app):
    run(app)
    shown = linked(app)
    assert shown == list(listed("2026-fall").ids[:24])
    members = [resources.engine().title(i).members for i in shown]
    assert members == sorted(members, reverse=True)
    assert app.segmented_control(key="season-near").value == "2026-fall"
    assert "New in Fall 2026" in texts(app)


@pytest.mark.parametrize(("key", "chosen"), [("season-near", "2026-summer"), ("season-near", "2027-winter")])
def test_the_last_and_the_next_season(app, key, chosen):
    run(app)
    app.segmented_control(key=key).set_value(chosen).run()
    assert linked(app) == list(listed(chosen).ids[:24])
    assert app.query_params["season"] in (chosen, [chosen])


def test_any_season_by_its_name(app):
    run(app, season="2026-summer", page="2")
    app.selectbox(key="season-any").set_value("1998-spring").run()
    assert linked(app) == list(listed("1998-spring").ids[:24])
    assert app.segmented_control(key="season-near").value is None
    assert app.query_params["season"] in ("1998-spring", ["1998-spring"])


def test_a_season_in_the_address(app):
    run(app, season="2025-spring")
    assert app.selectbox(key="season-any").value == "2025-spring"
    assert linked(app) == list(listed("2025-spring").ids[:24])


@pytest.mark.parametrize("wanted", ["2026-autumn", "fall", "<img src=x>", "9" * 400])
def test_an_unknown_season_gives_a_message_and_this_season(app, wanted):
    run(app, season=wanted)
    assert "is not a season" in app.warning[0].value
    assert linked(app) == list(listed("2026-fall").ids[:24])


def test_continuing_series_come_last_under_their_own_heading(app):
    found = listed("2026-fall")
    assert found.continuing
    last = -(-len(found.ids) // 24)
    run(app, page=str(last))
    assert "Continuing from earlier seasons" in texts(app)
    assert linked(app) == list(found.ids[24 * (last - 1) :])


def test_for_a_fan_sequels_come_first_with_a_link(app, sequel):
    title, earlier = sequel
    run(app, r=address(earlier))
    assert linked(app)[0] == title
    assert "Sequels of what you watched" in texts(app)
    labels = {link.proto.label for link in app.get("page_link")}
    (sequel_of,) = (label.replace("\\", "") for label in labels if label.startswith("Sequel of"))
    # A link does not wrap: on a phone, a longer line is cut off.
    assert max(map(len, sequel_of.split("  \n"))) <= 20
    app.segmented_control(key="sequels").set_value("hidden").run()
    assert title not in linked(app)
    assert "1 sequel hidden" in texts(app)
    app.segmented_control(key="sequels").set_value("mixed").run()
    fan = Profile(scores=dict.fromkeys(earlier, 9))
    assert linked(app) == list(listed("2026-fall", fan, sequels="mixed").ids[:24])
    assert "## Sequels" not in texts(app)


def test_titles_whose_earlier_parts_are_not_watched_say_what_to_watch_first(app):
    engine, fan = resources.engine(), Profile(scores={5114: 9, 1535: 8, 30276: 4})
    run(app, r="5114-9_1535-8_30276-4")
    marks = [seasons.sequel(engine, i, fan) for i in linked(app)]
    needing = [mark for mark in marks if mark and mark.missing]
    assert needing
    assert len(re.findall(r"Needs .+ first", texts(app))) == len(needing)


@pytest.mark.parametrize("model", ["svd", "hybrid"])
def test_titles_that_the_model_does_not_know_follow_and_are_said_so(app, model):
    engine, found = resources.engine(), listed("2026-fall")
    run(app, r="5114-9_1535-8_30276-4", model=model)
    why, known = no_prediction(engine, found.ids, model), engine.known(found.ids, model)
    assert (why in texts(app)) if why else ("No prediction yet" not in texts(app))
    shown = [i in known for i in linked(app) if i in found.new]
    assert shown
    assert shown == sorted(shown, reverse=True)
    assert texts(app).count("no prediction yet") == sum(i not in known for i in linked(app))


def test_titles_on_the_list_are_marked(app):
    begun, planned = listed("2025-spring").new[:2]
    found = listed("2025-spring", Profile(scores={begun: 8}, planned=frozenset({planned}))).ids
    for title, mark in ((begun, ":material/check: On your list"), (planned, ":material/bookmark: Planned")):
        page = found.index(title) // 24 + 1
        run(app, season="2025-spring", r=f"{begun}-8", plan=str(planned), page=str(page))
        assert texts(app).count(mark) == 1


def test_a_hidden_title_is_left_out(app):
    title = listed("2026-fall").new[0]
    run(app, hide=str(title))
    assert title not in linked(app)
    assert "1 title left out" in texts(app)


def test_filters_narrow_and_can_be_cleared(app):
    run(app, season="2025-spring", kind="Movie")
    titles = [resources.engine().title(i) for i in linked(app)]
    assert titles
    assert all(title.type == "Movie" for title in titles)
    run(app, season="2150-winter", kind="Movie")
    assert "No titles" in texts(app)
    next(button for button in app.button if button.label == "Clear filters").click().run()
    assert app.pills(key="kind").value == []


def test_adult_titles_are_shown_only_on_demand(app):
    run(app, season="2026-summer", kind="OVA")
    assert not any(resources.engine().title(i).adult for i in linked(app))
    app.toggle(key="adults").set_value(True).run()
    assert any(resources.engine().title(i).adult for i in linked(app))


def test_the_search_for_a_title_to_rate_says_that_the_model_does_not_know_it(app):
    engine = resources.engine()
    title = engine.title(listed("2026-fall").new[0])
    why = no_prediction(engine, [title.anime_id], "svd")
    run(app, r="5114-9_1535-8_30276-4", model="svd")
    assert why not in texts(app)
    app.text_input(key="title-typed").set_value(title.title).run()
    assert why in texts(app)


def test_the_age_of_the_facts_is_said_of_this_season_and_not_of_an_old_one(app):
    run(app)
    months = on_air.months(list(listed("2026-fall").ids))
    assert on_air.month_range(*months) in texts(app)
    run(app, season="1998-spring")
    assert "What the catalogue knows" not in texts(app)


def test_a_catalogue_without_dates_says_so(app, monkeypatch):
    n = len(resources.engine().catalogue)
    days, nothing = np.full(n, np.datetime64("NaT"), "datetime64[D]"), np.zeros(n, dtype=bool)
    empty = type(on_air.calendar())(np.zeros(n, np.int32), days, days, days.astype("datetime64[M]"), nothing)
    monkeypatch.setattr(on_air, "calendar", lambda: empty)
    run(app)
    assert "This catalogue does not say when titles air" in texts(app)


def test_where_to_watch(app):
    engine = resources.engine()
    title = next(engine.title(i) for i in listed("2025-spring").ids[:24] if engine.title(i).streaming)
    run(app, season="2025-spring")
    assert f"](<{title.streaming[0][1]}>)" in texts(app)
