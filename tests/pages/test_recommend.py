"""The Recommend page on the shipped artifacts, without a browser."""

import re

import pytest

from pages.parts import resources
from tests.pages.helpers import opened as run

YOU = re.compile(r"you \*\*(\d+\.\d)\*\*")


def predictions(app) -> list[str]:
    return [found[1] for element in app.markdown if (found := YOU.search(element.value))]


def test_nobody_gets_a_wall_to_rate_and_no_ten(app):
    run(app)
    assert predictions(app) == []
    assert any("rate a few" in element.value for element in app.header)


@pytest.mark.parametrize("model", ["popularity", "svd"])
def test_ten_for_hand_rated_titles(app, model):
    run(app, r="5114-9_1535-8_30276-4", model=model)
    shown = predictions(app)
    assert len(shown) >= 10
    assert all(1 <= float(score) <= 10 for score in shown)


def test_ten_for_a_fan_of_the_community_and_none_of_them_begun(app):
    name = resources.ratings().find_names("", 1)[0]
    run(app, fan=name)
    begun = resources.ratings().profile(name).begun
    marks = [button.key for button in app.button if button.key and button.key.startswith("ten-hidden-")]
    assert len(marks) == 10
    assert not begun & {int(key.rpartition("-")[2]) for key in marks}
    assert app.query_params["fan"] == name


def test_constant_ratings_are_said_to_say_little(app):
    run(app, r="5114-10_1535-10_30276-10_21-10")
    assert any("say little" in caption.value for caption in app.caption)


@pytest.mark.parametrize("written", ["svd", "SVD", "Svd"])
def test_a_link_may_write_a_model_as_the_library_does_or_as_the_page(app, written):
    run(app, r="5114-9_1535-8_30276-4", model=written)
    assert app.session_state["model"] == "svd"
    assert not app.warning


def test_a_model_that_is_not_here_is_said_to_be(app):
    run(app, r="5114-9_1535-8_30276-4", model="gpt")
    assert "Hybrid" in app.warning[0].value
    assert len(predictions(app)) >= 10


@pytest.mark.parametrize("bad", [{"fan": "nobody has this name"}, {"r": "5114-99"}])
def test_a_bad_link_is_said_to_be_and_nothing_breaks(app, bad):
    run(app, **bad)
    assert app.warning
    assert predictions(app) == []


def test_not_for_me_refills_the_ten_and_can_be_undone(app):
    run(app, r="5114-9_1535-8_30276-4")
    before = [button.key for button in app.button if button.key and button.key.startswith("ten-hidden-")]
    app.button(key=before[0]).click().run()
    after = [button.key for button in app.button if button.key and button.key.startswith("ten-hidden-")]
    assert before[0] not in after
    assert len(after) == 10
    next(button for button in app.button if button.label == "Undo").click().run()
    again = [button.key for button in app.button if button.key and button.key.startswith("ten-hidden-")]
    assert again == before


def test_planning_keeps_the_title_and_marks_it(app):
    run(app, r="5114-9_1535-8_30276-4")
    key = next(button.key for button in app.button if button.key and button.key.startswith("ten-planned-"))
    app.button(key=key).click().run()
    assert app.button(key=key).label == "Planned"


def test_forgetting_goes_back_to_the_wall(app):
    run(app, r="5114-9_1535-8_30276-4")
    next(button for button in app.button if button.label == "Forget my list").click().run()
    assert predictions(app) == []
    assert "r" not in app.query_params


def test_filters_in_the_address_hold(app):
    run(app, r="5114-9_1535-8_30276-4", type="Movie")
    facts = [caption.value for caption in app.caption if re.match(r"(TV|Movie|OVA|ONA|Special|Music) ", caption.value)]
    assert facts
    assert all(fact.startswith("Movie") for fact in facts[:10])


def test_a_list_without_scores_is_personal_with_models_that_use_it(app):
    run(app, seen="5680_7791_9734_849")
    assert any("watched without a score" in caption.value for caption in app.caption)


def test_a_model_that_uses_scores_only_says_so_and_which_do_not(app):
    run(app, seen="5680_7791_9734_849", model="svd", r="5114-9_1535-8_30276-4")
    said = next(caption.value for caption in app.caption if caption.value.startswith("Based on 3 scores"))
    assert "SVD uses scores only" in said
    assert "Hybrid" in said
