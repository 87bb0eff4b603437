"""One title for tonight, without a browser, on the shipped artifacts."""

import functools
import math
import re
from urllib.parse import parse_qs

from pages.for_you.tonight_draw import drawn
from pages.parts import resources
from pages.parts.state import Visit
from pages.parts.text import plain
from recsys import Filters, Pick, Profile
from tests.pages.helpers import opened, texts

PAGE = "pages/for_you/tonight.py"
RATED = "5114-9_1535-8_30276-4"
run = functools.partial(opened, script=PAGE)


def title(app) -> str:
    return next(element.value for element in app.main.markdown if element.value.startswith("## "))


def test_without_a_list_it_says_what_to_do(app):
    run(app)
    assert "Rate a few titles" in texts(app)


def test_recommend_leads_to_both_other_ways_and_keeps_the_list_and_the_filters(app):
    opened(app, r=RATED, type=["Movie", "ONA"], planned="Hide", hours="4 hours")
    pages = {link.proto.page: parse_qs(link.proto.query_string) for link in app.get("page_link")}
    assert pages["tonight"] == pages["like_these"] == {"r": [RATED], "type": ["Movie", "ONA"], "planned": ["Hide"]}


def test_the_address_leads_to_one_title_with_its_reason(app):
    run(app, r=f"{RATED}_20-9_269-7", draw="5.2")
    assert re.search(r"### Because you liked \*\*", texts(app))
    assert "Chance that you give it 8 or more" in texts(app)
    assert "Title 3 of 10" in texts(app)
    first = title(app)
    opened(app, draw="5.3")
    assert title(app) != first
    opened(app, draw="5.2")
    assert title(app) == first


def test_without_a_reason_in_the_list_it_says_how_many_rated_the_title(app):
    run(app, r=RATED, draw="5.2")
    engine, fan = resources.engine(), app.session_state["visit"].profile
    ten = engine.recommend(fan, filters=Filters(franchise_rules=True, new_series=True), diversity=0.3)
    pick = next(pick for pick in ten if title(app) == f"## {plain(pick.title)}")
    assert not pick.drivers
    assert not any(reason.effect > 0 for reason in pick.reasons)
    assert f"### {engine.raters(pick.anime_id):,} fans in the ratings data rated it" in texts(app)


def test_another_goes_through_all_ten_and_begins_again(app):
    run(app, r=RATED, draw="5.0")
    seen = []
    for _ in range(11):
        seen.append(title(app))
        app.button(key="another").click().run()
    assert app.query_params["draw"] == "5.11"
    assert len(set(seen)) == 10
    assert seen[10] == seen[0]


def test_the_plan_alone_when_chosen(app):
    plan = [20, 269]
    run(app, r=RATED, plan="20_269", pool="My plan")
    names = set()
    for _ in plan:
        names.add(title(app))
        app.button(key="another").click().run()
    engine = resources.engine()
    fan = app.session_state["visit"].profile
    found = engine.recommend(fan, n=9, filters=Filters(planned="only", franchise_rules=True))
    assert names == {f"## {pick.title}" for pick in found}
    assert len(names) == 2


def test_an_empty_plan_is_said_to_be(app):
    run(app, r=RATED, pool="My plan")
    assert "plan some first" in texts(app)


def test_a_plan_of_which_nothing_is_left_is_not_said_to_be_empty(app):
    run(app, r=RATED, plan="20_269", pool="My plan", type="Movie")
    assert "plan some first" not in texts(app)
    assert any("No title on your plan is left" in element.value for element in app.info)


def test_the_filters_that_leave_nothing_are_named(app):
    run(app, r=RATED, type="Movie", time="Half an hour", tags="Magic", **{"with": "Horror"})
    assert any(element.value.startswith("No title is left. Most titles were removed by") for element in app.info)


def test_what_is_not_wanted_does_not_come_again(app):
    run(app, r=RATED, draw="5.0")
    unwanted = title(app)
    app.button(key="tonight-hidden").click().run()
    assert title(app) != unwanted
    assert len(app.session_state["visit"].hidden) == 1


def test_a_likely_title_comes_first_more_often():
    likely = Pick(1, "A", 9, 8, 10, 0, chance_high=0.9)
    unlikely = Pick(2, "B", 6, 5, 7, 0, chance_high=0.1)
    unknown = Pick(3, "C", 6, 5, 7, 0, chance_high=math.nan)
    firsts = [drawn([unknown, unlikely, likely], seed)[0].title for seed in range(500)]
    assert 0.85 < firsts.count("A") / 500 < 0.95
    assert drawn([unlikely, likely], 7) == drawn([likely, unlikely], 7)


def films() -> set[str]:
    engine = resources.engine()
    return {f"## {plain(engine.title(int(i)).title)}" for i in engine.catalogue.ids[engine.catalogue.types == "Movie"]}


def test_filters_are_in_the_address_and_said_and_can_be_cleared(app):
    run(app, r=RATED, draw="5.0", type="Movie")
    assert "Filtered by type." in texts(app)
    assert title(app) in films()
    app.button(key="clear-filters").click().run()
    assert "type" not in app.query_params
    assert "Filtered by" not in texts(app)


def test_an_imported_list_is_not_said_to_be_in_the_address(app):
    fan = Profile(scores={5114: 9, 1535: 8, 30276: 4})
    run(app, Visit(source="import", label="Mine", base=fan), draw="5.0")
    assert "Title 1 of 10" in texts(app)
    assert "leads to the same title" not in texts(app)
