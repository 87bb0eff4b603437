"""Explore and the title pages, on the shipped artifacts, without a browser."""

import functools
import re

import numpy as np
import pytest

from pages.parts import reasons, resources
from pages.parts.state import Visit
from pages.titles import related
from recsys import Profile
from recsys.serving import browse, coverage
from recsys.serving.engine import MODEL_LABELS
from tests.pages.helpers import opened, texts

PAGE = "pages/titles/explore.py"
RATED = "5114-9_1535-8_30276-4_16498-9"
NUMBER = re.compile(r"\*\*([+−]?\d+\.\d\d)\*\*")
run = functools.partial(opened, script=PAGE)


def linked(app) -> list[int]:
    """Ids of the titles that the page links to, in order."""
    queries = [link.proto.query_string for link in app.get("page_link")]
    return [int(found[1]) for query in queries if (found := re.search(r"\btitle=(\d+)", query))]


def test_the_most_watched_come_first_and_no_adult_ones(app):
    run(app)
    titles = [resources.engine().title(i) for i in linked(app)]
    members = [title.members for title in titles]
    assert len(titles) == 24
    assert members == sorted(members, reverse=True)
    assert not any(title.adult for title in titles)


def test_the_second_page_begins_where_the_first_ends(app):
    run(app, page="2")
    assert linked(app) == browse.browse(resources.engine())[24:48].tolist()


def test_filters_and_order_in_an_address(app):
    run(app, genre="Horror", kind="Movie", order="Best rated")
    titles = [resources.engine().title(i) for i in linked(app)]
    assert titles
    assert all("Horror" in title.genres and title.type == "Movie" for title in titles)
    means = [title.mean_score for title in titles]
    assert means == sorted(means, reverse=True)


def test_search_covers_all_names(app):
    run(app, q="attack on titan")
    assert linked(app)[0] == 16498


def test_search_respects_filters(app):
    run(app, q="attack on titan", kind="Movie")
    assert linked(app)
    assert all(resources.engine().title(i).type == "Movie" for i in linked(app))


def test_a_search_without_results_says_so_and_can_be_cleared(app):
    run(app, q="qqqqqqqq", genre="Horror")
    assert "No results" in texts(app)
    assert linked(app) == []
    next(button for button in app.button if button.label.startswith("Clear")).click().run()
    assert len(linked(app)) == 24


def test_predicted_for_you_is_not_offered_without_a_list(app):
    assert "Predicted for you" not in run(app).segmented_control(key="order").options


def test_predicted_for_you_puts_the_highest_first(app):
    run(app, r=RATED, order="Predicted for you")
    shown = re.findall(r"you \*\*(\d+\.\d)\*\*", texts(app))
    assert len(shown) == 24
    assert [float(s) for s in shown] == sorted(map(float, shown), reverse=True)


@pytest.mark.parametrize("wanted", ["99999999", "0", "-5", "abc", "1e3", "9" * 400, "<img src=x>"])
def test_an_unknown_title_gives_a_message(app, wanted):
    run(app, title=wanted)
    assert app.title[0].value == "No such title"
    assert not app.error


def test_a_title_without_a_list(app):
    run(app, title="5114")
    assert "Fullmetal Alchemist: Brotherhood" in app.title[0].value.replace("\\", "")
    assert "Your predicted score" in texts(app)
    counts = resources.ratings().title_scores(5114)
    assert f"{counts.sum():,} real scores" in texts(app)
    assert 121 in linked(app)  # the first adaptation belongs to the franchise


@pytest.mark.parametrize("model", ["Popularity", "SVD", "Neural", "Hybrid"])
def test_the_reasons_add_up_to_the_prediction(app, model):
    run(app, title="20", r=RATED, model=model)
    lines = next(e.value for e in app.markdown if "for an empty list" in e.value).split("\n")
    numbers = [float(NUMBER.search(line)[1].replace("−", "-")) for line in lines]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.03)
    counted = sum(int(found[1]) for line in lines if (found := re.search(r"your (\d+) ", line)))
    assert counted == 4  # each score in one part of the sum
    single = [e.value for e in app.markdown if re.search(r"rated \d+$", e.value)]
    assert len(single) == 4
    exact = resources.engine().aligned(model.lower()).model.exact_reasons
    assert ("Why this score (approximate)" in texts(app)) is not exact


def test_a_title_page_says_what_drives_it_and_the_chance_of_a_high_score(app):
    run(app, title="20", r="5114-9_1535-4_30276-4_16498-9", model="Hybrid")
    (why,) = re.findall(r"Because you liked .*", texts(app))
    assert "Death Note" not in why  # rated 4
    chance = resources.engine().predict(app.session_state["visit"].profile, [20], "hybrid")[0].chance_high
    assert f"Chance that you give it 8 or more: **{reasons.often(chance)}**" in texts(app)


def test_a_rated_title_is_predicted_from_the_others(app):
    run(app, title="5114", r=RATED, model="SVD")
    assert "You gave it 9" in texts(app)
    assert "your own score of it, are not used" in texts(app)
    others = Profile(scores={1535: 8, 30276: 4, 16498: 9})
    assert f"you {resources.engine().predict(others, [5114], 'svd')[0].predicted:.1f}" in texts(app)


def test_rating_planning_and_hiding_from_the_page(app):
    run(app, title="20", r=RATED)
    app.button(key="title-planned-20").click().run()
    assert 20 in app.session_state["visit"].profile.planned
    app.button(key="title-planned-20").click().run()  # the same button undoes it
    assert 20 not in app.session_state["visit"].profile.planned
    app.button(key="title-hidden-20").click().run()
    assert 20 in app.session_state["visit"].hidden
    app.segmented_control(key="title-score-20").set_value(7).run()
    assert app.session_state["visit"].profile.scores[20] == 7
    assert "You gave it 7" in texts(app)


@pytest.fixture(scope="module")
def unrated() -> int:
    """A title without ratings in the data."""
    engine = resources.engine()
    return next(i for i in engine.catalogue.ids.tolist() if not engine.raters(i))


def test_a_title_without_ratings_says_so(app, unrated):
    run(app, title=str(unrated), r=RATED)
    assert "No fan in the ratings data has scored this title" in texts(app)
    assert "No scores in the ratings data." in texts(app)


def test_a_model_that_does_not_know_a_title_says_why_and_predicts_nothing(app, unrated):
    engine = resources.engine()
    others = [name for name in engine.models if engine.known([unrated], name)]
    assert others
    assert "svd" not in others
    run(app, title=str(unrated), r=RATED, model="SVD")
    assert coverage.no_prediction(engine, [unrated], "svd") in texts(app)
    assert all(MODEL_LABELS[name] in texts(app).partition("choose another model: ")[2] for name in others)
    assert "· you" not in texts(app)


def test_titles_without_a_prediction_are_said_so_where_the_list_is_ordered_by_it(app):
    engine = resources.engine()
    scored = engine.score_all(Profile(scores={5114: 9, 1535: 8, 30276: 4, 16498: 9}))
    order = browse.browse(engine, order="predicted", scored=scored)
    unknown = np.isnan(scored.predicted_for(order))
    page = int(np.argmax(unknown)) // 24 + 1 if unknown.any() else 1
    run(app, r=RATED, order="Predicted for you", page=str(page))
    missing = int(unknown[(page - 1) * 24 : page * 24].sum())
    assert texts(app).count("no prediction yet") == missing
    assert ("No prediction yet" in texts(app)) is (missing > 0)


def test_a_title_page_shows_what_the_catalogue_knows(app):
    catalogue = resources.engine().catalogue
    title = resources.engine().title(int(catalogue.ids[catalogue.members.argmax()]))
    run(app, title=str(title.anime_id))
    shown = texts(app).replace("\\", "").replace("\u2060", "")
    assert all(word in shown for word in (*title.studios, *title.genres, *title.themes, *title.tags, title.age_rating))
    assert f"{title.scored_by:,} scores" in shown
    assert f"{title.aired_from.year}" in shown.partition("Aired ")[2][:14]


def test_each_model_lists_its_similar_titles(app):
    run(app, title="5114")
    for model in resources.engine().models:
        for pick in resources.engine().similar(5114, 6, model):
            assert pick.anime_id in linked(app)


def test_the_series_is_numbered_in_watch_order(app):
    run(app, title="25777", r=RATED)
    order = resources.engine().franchise(25777)
    assert len(order) > 9
    app.toggle(key="all-parts").set_value(True).run()
    numbered = [link.proto.label for link in app.get("page_link") if re.match(r"\d+\\?\. ", link.proto.label)]
    assert len(numbered) == len(order)
    assert "seen" in texts(app)  # its first season is rated
    assert texts(app).count("**this title**") == 1


class TestNarrowing:
    """The ratings that would narrow the range of a title; opened, which a click does in the browser."""

    def opened(self, app, **parameters):
        app.session_state["narrow-open-11757"] = True
        return run(app, title="11757", **parameters)

    def test_three_titles_to_rate(self, app):
        self.opened(app, r=RATED)
        assert "the range gets about" in texts(app)

    def test_not_before_it_is_opened(self, app):
        run(app, title="11757", r=RATED)
        assert "the range gets about" not in texts(app)
        assert any(expander.label == "Narrow this range" for expander in app.expander)

    def test_a_long_list_has_nothing_to_add(self, app):
        ids = resources.engine().aligned().model.item_ids[:3000].tolist()
        app.session_state["visit"] = Visit(source="import", base=Profile(scores=dict.fromkeys(ids, 7.0)))
        self.opened(app)
        assert "less than 1% narrower" in texts(app)

    def test_not_for_a_model_whose_ranges_do_not_depend_on_which_titles_are_rated(self, app):
        run(app, title="11757", r=RATED, model="Neural")
        assert not any(expander.label == "Narrow this range" for expander in app.expander)


def test_a_giant_series_shows_the_parts_around_the_title(app, monkeypatch):
    monkeypatch.setattr(related, "_MOST_PARTS", 10)
    order = resources.engine().franchise(25777)
    assert len(order) > 10
    run(app, title="25777")
    app.toggle(key="all-parts").set_value(True).run()
    numbered = [link.proto.label for link in app.get("page_link") if re.match(r"\d+\\?\. ", link.proto.label)]
    assert len(numbered) == 10
    assert f"The series has {len(order):,} parts." in texts(app)
    assert texts(app).count("**this title**") == 1


@pytest.mark.parametrize(
    ("at", "n", "shown"), [(0, 3, range(3)), (0, 30, range(10)), (15, 30, range(13, 23)), (29, 30, range(20, 30))]
)
def test_the_parts_around_a_place(at, n, shown):
    assert related.around(at, n, 10) == shown
