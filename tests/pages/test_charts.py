"""Charts that are sent to the browser as plain dictionaries."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.parts import charts
from recsys import Pick
from recsys.serving.recommending import Scored

PICKS = [Pick(anime_id, f"Title <{anime_id}>", 8.0, 7.0, 9.0, 1.0) for anime_id in (3, 7)]
COUNTS = np.arange(10, dtype=np.int64)
SCORED = Scored(np.array([3, 5, 7]), np.array([8.0, 6.0, 8.0]), np.zeros(3), np.array([10, 0, 2_000]))
CHARTS = {
    "own scores": lambda: charts.own_scores({3: 8, 7: 9.5}, COUNTS, "Ann"),
    "against the mean": lambda: charts.against_mean(PICKS, [7.5, None]),
    "against an unknown mean": lambda: charts.against_mean(PICKS, [None, None]),
    "against popularity": lambda: charts.against_popularity(PICKS, SCORED),
    "distribution": lambda: charts.distribution(COUNTS, "Title"),
}


@pytest.fixture
def drawn(monkeypatch) -> list:
    figures: list = []
    monkeypatch.setattr(charts.st, "caption", lambda _: None)
    monkeypatch.setattr(charts.st, "plotly_chart", lambda figure, **_: figures.append(figure))
    return figures


@pytest.mark.parametrize("chart", CHARTS)
def test_each_is_a_valid_figure_in_the_theme_although_nothing_validates_it(drawn, chart):
    CHARTS[chart]()
    described = drawn[0].to_dict()
    figure = go.Figure(**described)
    assert len(figure.data) == len(described["data"]) > 0
    assert figure.layout.template.layout.colorway  # from Streamlit's template


def test_names_are_no_markup(drawn):
    charts.against_mean(PICKS, [7.5, 8.0])
    assert drawn[0].to_dict()["data"][-1]["text"] == ["Title &lt;3&gt;", "Title &lt;7&gt;"]
