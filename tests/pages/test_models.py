"""The Models page without a browser, on the shipped artifacts and on made-up figures."""

import functools
import re

import pytest

from pages.behind import model_words, shared
from pages.parts import resources
from pages.parts.visit import Visit
from pages.titles import related
from recsys.models import store
from recsys.serving.reports import ModelReport, Reports
from recsys.types import Profile
from tests.pages.helpers import opened, texts

PAGE = "pages/behind/models.py"
RATED = "5114-9_1535-8_30276-4_16498-9"
run = functools.partial(opened, script=PAGE)


def made_up(**measured) -> Reports:
    models = tuple(ModelReport(name, "a set", "CC0", 1, 1.0, "", "", (), (), {}) for name in ("popularity", "svd"))
    return Reports(models, {}, measured)


def new_fans(**values) -> dict:
    """Contender -> one value of each measure, at 0 and 5 known ratings."""
    rows = {
        name: {m: {"value": v, "se": 0.001} for m, v in row.items()} | {"fans": 321} for name, row in values.items()
    }
    return {"part": "test", "by_known_ratings": {"0": rows, "5": rows}}


def test_every_model_is_explained():
    assert set(model_words.WORDS) == set(related.SIMILARITY) == set(store.REGISTRY)


def test_results_on_the_shipped_artifacts(app):
    run(app)
    headings = [element.value for element in app.main.markdown if element.value.startswith("## ")]
    assert {"## Finding titles you would like", "## Predicting your score", "## Interval calibration"} <= set(headings)
    assert len(app.get("plotly_chart")) >= 1


def test_models_are_compared_on_a_list_without_scores(app):
    run(app, Visit(source="import", label="mine", base=Profile(watching={5114, 1535})), view="Side by side")
    assert "recommends for your list" in texts(app)


def test_a_section_without_figures_names_the_command_that_measures_them(app, monkeypatch):
    monkeypatch.setattr(shared, "measured", made_up)
    run(app)
    commands = [element.value for element in app.code]
    for subject in (
        "new-fans",
        "later-fans",
        "article",
        "cold-titles",
        "page",
        "odds",
        "niches",
        "seeds",
        "usual",
        "eras",
    ):
        assert f"python -m scripts.evaluate {subject} --out artifacts" in commands
    assert len(app.get("plotly_chart")) == 0


def test_sentences_follow_from_the_figures(app, monkeypatch):
    figures = new_fans(
        popularity={"ndcg10": 0.5, "rmse": 1.4, "band": 0.81},
        svd={"ndcg10": 0.3, "rmse": 1.2, "band": 0.7},
        KNN={"ndcg10": 0.4, "rmse": 1.1},
        **{"svd, scores not given": {"ndcg10": 0.9, "rmse": 0.9}},  # neither a model nor a baseline
    )
    monkeypatch.setattr(shared, "measured", lambda: made_up(**{"new-fans": figures}))
    run(app)
    said = texts(app)
    assert "321 held-out fans" in said
    assert "Best, by number of known ratings: **Popularity** with 0 (0.500) and 5 (0.500)." in said
    assert "Best, by number of known ratings: **best baseline** with 0 (1.100) and 5 (1.100)." in said
    assert "Outside the grey area: SVD with 0 known ratings (70.0%), SVD with 5 known ratings (70.0%)." in said
    assert "Finding titles: **SVD** is not better than **Popularity** with any number of known ratings." in said
    assert "Predicting scores: **SVD**" not in said
    assert len(app.get("plotly_chart")) == 3


def test_tables_of_figures(app, monkeypatch):
    rows = {"SVD": {"rmse": {"value": 1.23456, "se": 0.01}}, "<b>x</b>": {"mae": {"value": 1.0}}}
    monkeypatch.setattr(shared, "measured", lambda: made_up(article={"how": "[x](http://a/b)", "rows": rows}))
    run(app)
    (table,) = [element.value for element in app.dataframe]
    assert table["RMSE"].tolist() == ["1.2346 ± 0.0100", ""]
    assert table.iloc[1, 0] == "<b>x</b>"
    assert not any("](http" in element.value for element in app.caption)


def value(number: float, error: float = 0.001) -> dict:
    return {"value": number, "se": error}


def test_what_the_hybrid_does_badly_follows_from_the_figures(app, monkeypatch):
    measured = {
        "odds": {
            "rows": {"hybrid": {"gap_high_right": value(0.02), "gap_low_right": value(0.08)}},
            "reliability": {
                "8 or more, 0.0 to 0.1": {"chance": value(0.05), "happened": value(0.06), "gap": value(0.01)},
                "8 or more, 0.9 to 1.0": {"chance": value(0.95), "happened": value(0.85), "gap": value(-0.1)},
                "5 or less, 0.8 to 0.9": {"chance": value(0.85), "happened": value(0.79), "gap": value(-0.06)},
                "5 or less, 0.9 to 1.0": {"chance": value(0.9), "happened": value(0.85), "gap": value(-0.05, 0.04)},
            },
            "order": {"odds 0": {"ndcg10": value(0.6)}, "odds 1": {"ndcg10": value(0.2)}},
        },
        "niches": {
            "rows": {
                "hybrid, rare": {"lift": value(2.5), "miscalibration": value(1.3)},
                "hybrid, known": {"lift": value(-0.1), "miscalibration": value(0.9)},
                "svd, rare": {"lift": value(9), "miscalibration": value(9)},
            }
        },
        "seeds": {
            "rows": {
                "two, unlike one": {"ndcg10_by_unlike": value(-0.05), "disliked10_by_unlike": value(0.01)},
                "list, unlike one": {"ndcg10_by_unlike": value(0.05), "disliked10_by_unlike": value(-0.2)},
            }
        },
    }
    monkeypatch.setattr(shared, "measured", lambda: made_up(**measured))
    run(app)
    said = texts(app)
    assert "Fans of **rare** taste get popular titles: their ten have 3.5 times as many raters" in said
    assert "(miscalibration 1.30; known: 0.90)" in said
    bad = said.partition("What Hybrid does badly")[2].partition("## ")[0].replace("\\", "")
    # The others are exact enough, or uncertain.
    assert "8 or more, 0.9 to 1.0 (said 95%, was 85%); " in bad
    assert "5 or less, 0.8 to 0.9 (said 85%, was 79%, which may be chance)." in bad
    assert "With two, unlike one: " in bad
    assert "With list" not in bad
    assert "NDCG@10 falls from 0.600 ± 0.001 to 0.200 ± 0.001" in bad
    assert len(app.get("plotly_chart")) == 1
    assert "by chance up to" in {column for table in app.dataframe for column in table.value.columns}
    assert "python -m scripts.evaluate usual --out artifacts" in [element.value for element in app.code]


def test_side_by_side_shows_ten_from_each_model_for_this_list(app):
    run(app, view="Side by side", r=RATED)
    assert "for your list" in texts(app)
    columns = [element.value for element in app.main.markdown if element.value.startswith("## ")]
    assert len(columns) == len(resources.engine().models)
    ranks = [found[1] for element in app.markdown if (found := re.match(r"(\d+)\\\. ", element.value))]
    assert ranks.count("1") == ranks.count("10") == len(columns)


def test_without_a_list_a_fan_of_the_community_is_shown(app):
    run(app, view="Side by side")
    assert resources.ratings().find_names("", 1)[0] in texts(app).replace("\\", "")


def test_each_model_has_a_formula(app):
    run(app, view="How each works")
    assert len(app.get("latex")) >= len(resources.engine().models)


def test_the_facts_that_a_model_knows_are_those_in_its_file(app, monkeypatch):
    monkeypatch.setattr(
        shared, "known_to", lambda model: (("studios", "source"), 30, 4) if model == "svd" else ((), 20, 0)
    )
    run(app, view="How each works")
    said = texts(app)
    assert (
        "It also knows of each title: studios and source. It can score 30 titles, 4 of them without any rating." in said
    )
    assert (
        said.count("It knows titles by their ratings only. It can score 20 titles.")
        == len(resources.engine().models) - 1
    )


def test_held_out_fans_do_not_count_as_training_data(app, monkeypatch):
    report = Reports((ModelReport("svd", "a set", "CC0", 1_234, 1.0, "", "", (), (), {}),))
    monkeypatch.setattr(shared, "measured", lambda: report)
    run(app, view="How each works")
    assert "Trained on the lists of 80% of the fans in a data set of 1,234 ratings" in texts(app)


def test_unreadable_figures_give_an_error(app, monkeypatch):
    from recsys import RecsysError

    def fail():
        raise RecsysError("metrics.json is damaged")

    monkeypatch.setattr(shared, "_reports", fail)
    run(app)
    assert "metrics.json" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("view", ["nonsense", "<b>"])
def test_a_wrong_view_in_the_address_is_no_view(app, view):
    run(app, view=view)
    assert app.title[0].value == "Compare the models"
