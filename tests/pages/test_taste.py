"""The My taste page on the shipped artifacts, without a browser."""

import functools
import re

import numpy as np
import pytest

from pages.parts import resources
from pages.parts.state import Visit
from recsys import Profile
from tests.pages.helpers import opened, texts

PAGE = "pages/for_you/taste.py"
EXPECTED = re.compile(r"scored \*\*([\d.]+)\*\*, predicted \*\*([\d.]+)\*\*")
RATED = "5114-9_1535-8_30276-4_16498-9_21-6_20-7_269-5"
run = functools.partial(opened, script=PAGE)


def headings(app) -> list[str]:
    return [element.value[3:] for element in app.main.markdown if element.value.startswith("## ")]


def test_no_list(app):
    run(app)
    assert "no list yet" in app.info[0].value
    assert headings(app) == []


def test_a_list_without_scores(app):
    run(app, Visit(source="import", label="mine", base=Profile(seen={5114, 1535}, planned={20})))
    assert "3 titles on this list, but no scores" in app.info[0].value
    assert headings(app) == []


def test_one_score_is_compared_and_the_rest_of_the_page_is_announced(app):
    run(app, r="5114-7")
    assert "1 score so far" in app.info[0].value
    assert headings(app) == ["Your average score"]
    difference = next(metric for metric in app.metric if metric.label == "Difference")
    mean = resources.engine().title(5114).mean_score
    assert difference.value == f"{7 - mean:+.2f}"  # no standard error of one


def test_constant_scores_show_only_their_average(app):
    run(app, r="5114-8_1535-8_30276-8_16498-8_21-8")
    assert "All 5 scores are 8" in app.info[0].value
    assert headings(app) == ["Your average score"]


@pytest.mark.parametrize("model", ["Popularity", "SVD"])
def test_every_section_for_a_handful_of_scores(app, model):
    run(app, r=RATED, model=model)
    assert headings(app) == ["Your average score", "Preferences", "Surprising scores", "Most influential titles"]
    assert "predicted from all the others" in texts(app)
    assert len(app.get("plotly_chart")) == 2
    surprises = [tuple(map(float, found.groups())) for e in app.markdown if (found := EXPECTED.search(e.value))]
    ups = [given > expected for given, expected in surprises]
    assert ups == sorted(ups, reverse=True)  # the higher ones first, then the lower
    assert set(ups) == {True, False}


def test_a_list_unlike_all_others_is_hard_to_predict(app):
    run(app, r="5114-9_1535-1_30276-1_16498-10_21-1_20-10_269-1")
    (said,) = re.findall(r"this list is (\w+) to predict than \*\*(\d+)%\*\*", texts(app))
    assert said[0] == "harder"
    assert int(said[1]) > 90


@pytest.mark.parametrize(("by", "row"), [("Genre", "Comedy"), ("Era", "2010s"), ("Popularity", "500,000 members or")])
def test_how_far_to_trust_us_opens_from_an_address(app, by, row):
    ids = np.random.default_rng(1).choice(resources.engine().aligned("popularity").model.item_ids, 400, replace=False)
    scores = dict(zip(ids.tolist(), np.random.default_rng(0).integers(1, 11, 400).tolist(), strict=True))
    run(app, Visit(source="import", label="mine", base=Profile(scores=scores)), trust=by)
    found = re.search(r"\*\*([\d,]+) of 400\*\* scores lie in their range", texts(app))
    assert found
    assert 0 < int(found[1]) < 400
    table = app.dataframe[0].value
    assert any(str(label).startswith(row) for label in table.iloc[:, 0])
    assert (table["At least"] <= table["In the range"]).all()
    assert set(table["Trust"]) <= {"Reliable", "Unsure", "Not clear"}
    assert len([card for card in app.main.markdown if "Titles whose rating would help most" in card.value]) == 1


def test_trust_is_not_computed_before_it_is_opened(app):
    run(app, r=RATED)
    assert "lie in their range" not in texts(app)
    assert "trust" not in app.query_params


def test_a_model_whose_ranges_do_not_depend_on_which_titles_are_rated(app):
    run(app, r=RATED, model="Popularity", trust="Genre")
    assert "not on which" in texts(app)


def test_a_fan_of_the_community(app):
    name = resources.ratings().find_names("", 1)[0]
    run(app, fan=name)
    assert app.title[0].value.startswith("The taste of ")
    assert app.query_params["fan"] == name


def test_an_ignored_score_can_be_counted_again(app):
    run(app, r=RATED)
    key = next(button.key for button in app.button if (button.key or "").startswith("ignore-"))
    app.button(key=key).click().run()
    assert not app.exception
    anime_id = int(key.partition("-")[2])
    assert anime_id not in app.session_state["visit"].profile.scores
    app.button(key=f"count-{anime_id}").click().run()
    assert anime_id in app.session_state["visit"].profile.scores


@pytest.mark.parametrize("group", ["Decade", "Type"])
def test_other_groups(app, group):
    ids = resources.engine().aligned("popularity").model.item_ids[:400]
    scores = dict(zip(ids.tolist(), np.random.default_rng(0).integers(1, 11, 400).tolist(), strict=True))
    run(app, Visit(source="import", label="mine", base=Profile(scores=scores)), by=group)
    assert len(app.get("plotly_chart")) == 2
    assert group in app.get("plotly_chart")[1].proto.alt


def test_five_thousand_scores(app):
    ids = resources.engine().aligned("svd").model.item_ids
    chosen = np.random.default_rng(0).choice(ids, min(5000, len(ids)), replace=False)
    scores = dict(zip(chosen.tolist(), np.random.default_rng(1).integers(1, 11, len(chosen)).tolist(), strict=True))
    run(app, Visit(source="import", label="long", base=Profile(scores=scores)), model="SVD")
    assert len(headings(app)) == 4


@pytest.mark.parametrize("hostile", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "x" * 300])
def test_a_hostile_name_stays_text(app, hostile):
    fan = Profile(scores={5114: 9, 1535: 8, 30276: 4, 16498: 9, 21: 6})
    run(app, Visit(source="community", label=hostile, base=fan))
    assert hostile not in texts(app)
    assert all("<img" not in chart.proto.spec for chart in app.get("plotly_chart"))
