"""The Models page, without a browser: on the shipped artifacts, and on figures made up here."""

import functools
import re

import pytest

from pages.behind import model_words, shared
from pages.parts import resources
from pages.titles import related
from recsys.models import store
from recsys.serving.reports import Curve, Figure, ModelReport, Reports
from tests.pages.helpers import opened

PAGE = "pages/behind/models.py"
RATED = "5114-9_1535-8_30276-4_16498-9"
run = functools.partial(opened, script=PAGE)


def texts(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.info])


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
    assert {"## Finding what you would like", "## Guessing your score", "## Where simpler wins"} <= set(headings)
    assert len(app.get("plotly_chart")) >= 1


def test_what_is_not_measured_says_how_to(app, monkeypatch):
    monkeypatch.setattr(shared, "measured", made_up)
    run(app)
    commands = [element.value for element in app.code]
    for subject in ("new-fans", "article", "cold-titles", "page"):
        assert f"python -m scripts.evaluate {subject} --out artifacts" in commands
    assert len(app.get("plotly_chart")) == 0


def test_figures_make_the_verdicts(app, monkeypatch):
    figures = new_fans(
        popularity={"ndcg10": 0.5, "rmse": 1.4, "band": 0.81},
        svd={"ndcg10": 0.3, "rmse": 1.2, "band": 0.7},
        KNN={"ndcg10": 0.4, "rmse": 1.1},
    )
    monkeypatch.setattr(shared, "measured", lambda: made_up(**{"new-fans": figures}))
    run(app)
    said = texts(app)
    assert "321 of them" in said
    assert "Best: **Popularity** with 0 (0.500) and 5 (0.500) known." in said
    assert "Best: **best baseline** with 0 (1.100) and 5 (1.100) known." in said
    assert "Outside it: SVD with 0 known (70.0%), SVD with 5 known (70.0%)." in said
    assert "Finding titles: **SVD** is no better than **Popularity** with 0 and 5 known." in said
    assert "Guessing scores: **SVD**" not in said
    assert len(app.get("plotly_chart")) == 3


def test_a_difference_within_its_noise_is_none():
    curves = [Curve("popularity", (5,), (Figure(0.50, 0.02),)), Curve("svd", (5,), (Figure(0.52, 0.02),))]
    assert len(model_words.simpler_wins(curves, ["popularity", "svd"], highest=True)) == 1
    curves[1] = Curve("svd", (5,), (Figure(0.60, 0.02),))
    assert model_words.simpler_wins(curves, ["popularity", "svd"], highest=True) == []


def test_tables_of_figures(app, monkeypatch):
    rows = {"SVD": {"rmse": {"value": 1.23456, "se": 0.01}}, "<b>x</b>": {"mae": {"value": 1.0}}}
    monkeypatch.setattr(shared, "measured", lambda: made_up(article={"how": "[x](http://a/b)", "rows": rows}))
    run(app)
    (table,) = [element.value for element in app.dataframe]
    assert table["RMSE"].tolist() == ["1.2346 ± 0.0100", ""]
    assert table.iloc[1, 0] == "<b>x</b>"
    assert not any("](http" in element.value for element in app.caption)


def test_side_by_side_shows_ten_from_each_model_for_this_list(app):
    run(app, view="Side by side", r=RATED)
    assert "for your list" in texts(app)
    columns = [element.value for element in app.main.markdown if element.value.startswith("## ")]
    assert len(columns) == len(resources.engine().models)
    ranks = [found[1] for element in app.markdown if (found := re.match(r"(\d+)\\\. ", element.value))]
    assert ranks.count("1") == ranks.count("10") == len(columns)


def test_without_a_list_somebody_is_borrowed(app):
    run(app, view="Side by side")
    assert resources.ratings().find_names("", 1)[0] in texts(app).replace("\\", "")


def test_what_each_is(app):
    run(app, view="What each is")
    assert len(app.get("latex")) + sum("\\hat r" in element.value for element in app.markdown) >= len(
        resources.engine().models
    )


def test_unreadable_figures_are_said_to_be(app, monkeypatch):
    from recsys import RecsysError

    def fail():
        raise RecsysError("metrics.json is damaged")

    monkeypatch.setattr(shared, "_reports", fail)
    run(app)
    assert "metrics.json" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("view", ["nonsense", "<b>"])
def test_a_wrong_view_in_the_address_is_no_view(app, view):
    run(app, view=view)
    assert app.title[0].value == "The models, compared"
