"""Titles like some and unlike others, without a browser, on the shipped artifacts."""

import functools

from pages.parts import resources
from recsys import Filters, Profile
from tests.pages.helpers import opened

PAGE = "pages/for_you/like_these.py"
RATED = "5114-9_1535-8_30276-4"
run = functools.partial(opened, script=PAGE)


def ten(app) -> list[int]:
    keys = [button.key for button in app.button if button.key and button.key.startswith("seeded-open-")]
    return [int(key.rpartition("-")[2]) for key in keys]


def recommended(fan: Profile, like: list[int], unlike: tuple[int, ...] = ()) -> set[int]:
    filters = Filters(franchise_rules=True)
    found = resources.engine().recommend(fan, None, 10, filters, diversity=0.3, reasons=0, like=like, unlike=unlike)
    return {pick.anime_id for pick in found}


def test_nothing_is_recommended_until_a_title_is_chosen(app):
    run(app)
    assert ten(app) == []


def test_a_found_title_goes_to_a_side_of_the_address_and_out_again(app):
    run(app)
    app.text_input(key="seed-typed").set_value("Death Note").run()
    app.button(key="like-1535").click().run()
    assert app.query_params["like"] == "1535"
    assert set(ten(app)) == recommended(Profile(), [1535])
    app.text_input(key="seed-typed-1").set_value("Death Note").run()
    app.button(key="unlike-1535").click().run()
    assert app.query_params["unlike"] == "1535"
    assert "like" not in app.query_params
    app.button(key="drop-1535").click().run()
    assert "unlike" not in app.query_params
    assert ten(app) == []


def test_the_list_counts_beside_the_chosen_titles_unless_switched_off(app):
    fan = Profile(scores={5114: 9, 1535: 8, 30276: 4})
    run(app, r=RATED, like="20_269", unlike="11757")
    assert set(ten(app)) == recommended(fan, [20, 269], (11757,))
    app.toggle(key="beside").set_value(False).run()
    alone = set(ten(app))
    assert alone
    assert alone != recommended(fan, [20, 269], (11757,))
    assert not alone & {5114, 1535, 30276, 20, 269, 11757}


def test_what_cannot_be_used_of_a_link_is_counted(app):
    run(app, like="20_x_999999999", unlike="20")
    assert any(element.value.startswith("3 titles in this link cannot be used:") for element in app.info)
    assert set(ten(app)) == recommended(Profile(), [20])


def test_a_title_that_the_model_does_not_know_is_named(app):
    engine = resources.engine()
    unrated = next(i for i in engine.catalogue.ids.tolist() if not engine.known([i], "svd"))
    run(app, like=str(unrated), model="SVD")
    assert any("SVD does not know" in element.value for element in app.info)
    assert ten(app) == []


def test_fewer_than_ten_are_counted_and_the_reason_is_said(app):
    run(app, like="5114_20", type="Movie", time="Half an hour", tags="Magic")
    n = len(ten(app))
    assert 0 < n < 10
    assert any(element.value.startswith(f"## {n} title") for element in app.markdown)
    assert any("Most titles were removed by" in element.value for element in app.info)


def test_the_filters_that_leave_nothing_are_named(app):
    run(app, like="5114", type="Movie", time="Half an hour", tags="Magic", **{"with": "Horror"})
    assert ten(app) == []
    assert any(element.value.startswith("No title is left. Most titles were removed by") for element in app.info)


def test_titles_without_a_known_service_are_counted(app):
    run(app, like="5114", services="Netflix", country="Germany")
    assert any("no streaming service is known" in element.value for element in app.caption)


def test_details_open_and_say_why(app):
    run(app, r=RATED, like="20")
    app.button(key=f"seeded-open-{ten(app)[0]}").click().run()
    assert any("Because you liked" in element.value for element in app.markdown)


def test_a_title_page_leads_here(app):
    opened(app, script="pages/titles/explore.py", title="20")
    queries = [link.proto.query_string for link in app.get("page_link") if "like_these" in link.proto.page]
    assert queries == ["like=20"]
