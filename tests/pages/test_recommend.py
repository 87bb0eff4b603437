"""The Recommend page on the shipped artifacts, without a browser."""

import re

import pytest

from pages.parts import resources
from tests.pages.helpers import cards
from tests.pages.helpers import opened as run

RATED = "5114-9_1535-8_30276-4"
PREDICTED = re.compile(r"^\*\*(\d+\.\d)\*\* :small\[likely [\d.]+–[\d.]+\]")


def predictions(app) -> list[str]:
    return [PREDICTED.search(label)[1] for label in cards(app).values()]


def open_first(app) -> int:
    """Open the details of the first title. Only the dialog is then in the app's tree."""
    first = next(iter(cards(app)))
    app.button(key=f"ten-open-{first}").click().run()
    return first


def test_nobody_gets_a_wall_to_rate_and_no_ten(app):
    run(app)
    assert predictions(app) == []
    assert any("rate a few" in element.value for element in app.header)


@pytest.mark.parametrize("model", ["popularity", "svd"])
def test_ten_for_hand_rated_titles(app, model):
    run(app, r=RATED, model=model)
    shown = predictions(app)
    assert len(shown) >= 10
    assert all(1 <= float(score) <= 10 for score in shown)


def test_ten_for_a_fan_of_the_community_and_none_of_them_begun(app):
    name = resources.ratings().find_names("", 1)[0]
    run(app, fan=name)
    begun = resources.ratings().profile(name).begun
    assert len(cards(app)) == 10
    assert not begun & cards(app).keys()
    assert app.query_params["fan"] == name


def test_constant_ratings_are_said_to_say_little(app):
    run(app, r="5114-10_1535-10_30276-10_21-10")
    assert any("say little" in caption.value for caption in app.caption)


@pytest.mark.parametrize("written", ["svd", "SVD", "Svd"])
def test_a_link_may_write_a_model_as_the_library_does_or_as_the_page(app, written):
    run(app, r=RATED, model=written)
    assert app.session_state["model"] == "svd"
    assert not app.warning


def test_a_model_that_is_not_here_is_said_to_be(app):
    run(app, r=RATED, model="gpt")
    assert "Hybrid" in app.warning[0].value
    assert len(predictions(app)) >= 10


@pytest.mark.parametrize("bad", [{"fan": "nobody has this name"}, {"r": "5114-99"}])
def test_a_bad_link_is_said_to_be_and_nothing_breaks(app, bad):
    run(app, **bad)
    assert app.warning
    assert predictions(app) == []


def test_not_for_me_refills_the_ten_and_can_be_undone(app):
    run(app, r=RATED)
    before = cards(app)
    first = open_first(app)
    app.button(key="details-hidden").click().run()
    after = cards(app)
    assert first not in after
    assert len(after) == 10
    next(button for button in app.button if button.label == "Undo").click().run()
    assert cards(app) == before


def test_planning_keeps_the_title_and_marks_it(app):
    run(app, r=RATED)
    first = open_first(app)
    app.button(key="details-planned").click().run()
    assert first in cards(app)
    assert open_first(app) == first
    assert app.button(key="details-planned").label == "Planned"


def test_a_score_given_in_the_details_takes_the_title_away(app):
    run(app, r=RATED)
    first = open_first(app)
    next(group for group in app.segmented_control if group.key == f"details-score-{first}").set_value(8).run()
    assert first not in cards(app)
    assert f"{first}-8" in app.query_params["r"]


def test_details_tell_reasons_that_can_be_ignored(app):
    run(app, r=RATED)
    open_first(app)
    ignore = next(button for button in app.button if button.key.startswith("ignore-"))
    ignore.click().run()
    assert app.query_params["ignore"] == ignore.key.rpartition("-")[2]
    assert any("Based on your list: 2 scores" in caption.value for caption in app.caption)


def test_details_say_why_a_title_is_recommended_and_add_its_score_up(app):
    run(app, r=RATED)
    first = open_first(app)
    said = [element.value for element in app.markdown]
    assert any("Because you liked" in text and "Fullmetal Alchemist" in text for text in said)
    assert any("Chance that you give it 8 or more" in text for text in said)
    total = next(text for text in said if "for an empty list" in text).split("\n")[-1]
    predicted = resources.engine().predict(app.session_state["visit"].profile, [first])[0].predicted
    assert f"**{predicted:.2f}**" in total


def test_moving_a_control_draws_the_ten_alone(app):
    run(app, r=RATED)
    before = cards(app)
    app.select_slider(key="discovery").set_value(1.0).run()
    assert len(cards(app)) == 10
    assert cards(app) != before
    assert not app.select_slider  # neither the controls
    assert not app.sidebar.button  # nor the sidebar
    moved = cards(app)
    app.run()
    assert cards(app) == moved


def test_a_filter_counts_without_drawing_its_form_again(app):
    run(app, r=RATED)
    next(group for group in app.pills if group.key == "type").set_value(["Movie"]).run()
    assert len(cards(app)) == 10
    engine = resources.engine()
    assert {engine.title(anime_id).type for anime_id in cards(app)} == {"Movie"}


def continues(anime_id: int, begun: set[int]) -> bool:
    requires = resources.engine().title(anime_id).requires
    return bool(requires) and begun >= set(requires)


def test_sequels_of_the_list_are_on_their_own_shelf_unless_wanted_among_the_ten(app):
    begun = {5114, 1535, 30276, 16498, 11061, 20583}
    run(app, r="5114-9_1535-8_30276-8_16498-9_11061-9_20583-9")
    assert not any(continues(anime_id, begun) for anime_id in cards(app))
    assert cards(app, "next")
    assert all(continues(anime_id, begun) for anime_id in cards(app, "next"))
    next(toggle for toggle in app.toggle if toggle.key == "continue").set_value(True).run()
    assert any(continues(anime_id, begun) for anime_id in cards(app))
    assert not cards(app).keys() & cards(app, "next").keys()


def test_charts_are_made_only_when_they_are_opened(app):
    run(app, r=RATED)
    assert not app.get("plotly_chart")
    app.session_state["charts"] = True
    app.run()
    assert len(app.get("plotly_chart")) == 4


def test_nothing_is_shared_until_asked_and_an_imported_list_has_no_link(app):
    run(app, r=RATED)
    assert not app.get("download_button")
    app.session_state["share"] = True
    app.run()
    assert len(app.get("download_button")) == 3
    assert app.get("bidi_component")


def test_forgetting_goes_back_to_the_wall(app):
    run(app, r=RATED)
    next(button for button in app.button if button.label == "Forget my list").click().run()
    assert predictions(app) == []
    assert "r" not in app.query_params


def test_filters_in_the_address_hold(app):
    run(app, r=RATED, type="Movie")
    engine = resources.engine()
    assert {engine.title(anime_id).type for anime_id in cards(app)} == {"Movie"}


def test_a_list_without_scores_is_personal_with_models_that_use_it(app):
    run(app, seen="5680_7791_9734_849")
    assert any("watched without a score" in caption.value for caption in app.caption)


def test_a_model_that_uses_scores_only_says_so_and_which_do_not(app):
    run(app, seen="5680_7791_9734_849", model="svd", r=RATED)
    said = next(caption.value for caption in app.caption if caption.value.startswith("Based on your list: 3 scores"))
    assert "SVD uses scores only" in said
    assert "Hybrid" in said
