"""The Data page on the shipped artifacts, without a browser."""

import functools

import numpy as np
import pytest

from pages.behind import report_charts, shared, sql
from pages.parts import resources
from recsys.holdout.split import SHARES
from recsys.serving.sql_box import Answer
from tests.pages.helpers import opened

PAGE = "pages/behind/data.py"
run = functools.partial(opened, script=PAGE)


def test_counts_and_where_it_comes_from(app):
    run(app)
    facts = shared.facts()
    assert [metric.value for metric in app.metric][:2] == [f"{facts.n_ratings:,}", f"{len(facts.raters):,}"]
    said = "\n".join(element.value for element in [*app.markdown, *app.caption]).replace("\\", "")
    for source in facts.sources:
        assert source.file in said
        assert source.licence in said
    assert len(app.get("plotly_chart")) == 3


def test_the_page_says_when_fans_are_simulated(app):
    run(app)
    assert any("simulated" in info.value for info in app.info) == resources.ratings().simulated


def test_held_out_fans_do_not_count_as_training_data(app):
    run(app)
    said = "\n".join(element.value for element in app.markdown)
    assert f"trained on the ratings of {SHARES['train']}% of the real fans" in said
    assert not any("trained on" in metric.label for metric in app.metric)


@pytest.mark.parametrize(
    ("lengths", "bars"),
    [([0, 0, 1, 30], {"0": 2, "1–9": 1, "10–24": 0, "25+": 1}), ([12, 30], {"10–24": 1, "25+": 1}), ([0], {"0+": 1})],
)
def test_list_lengths_start_at_the_shortest_list(monkeypatch, lengths, bars):
    shown = []
    monkeypatch.setattr(report_charts.charts, "show", lambda figure, *_: shown.append(figure))
    report_charts.histogram(np.array(lengths), (0, 1, 10, 25, 50), "Scored titles", "Fans", "chart")
    assert dict(zip(shown[0].data[0].x, shown[0].data[0].y.tolist(), strict=True)) == bars


def test_a_query_in_the_address_is_answered(app):
    run(app, q="SELECT count(*) AS n, 'a' AS letter FROM ratings")
    assert app.text_area(key="sql").value.startswith("SELECT count")
    table = app.dataframe[0].value
    assert table["n"].tolist() == [int(shared.facts().list_lengths.sum())]
    assert table["letter"].tolist() == ["a"]


@pytest.mark.parametrize("name", list(sql._EXAMPLES))
def test_every_example_has_an_answer(name):
    answer = shared.answer(sql._EXAMPLES[name])
    assert answer.plan or len(answer.rows) >= 5


def test_a_clicked_example_is_in_the_address(app):
    run(app, view="Ask in SQL")
    app.button(key="example-Columns").click().run()
    assert app.text_area(key="sql").value == sql._EXAMPLES["Columns"]
    assert app.query_params["q"] in (sql._EXAMPLES["Columns"], [sql._EXAMPLES["Columns"]])


def test_a_query_plan_is_shown(app):
    run(app, q="EXPLAIN SELECT count(*) FROM ratings WHERE user_id = 3")
    assert any("user_id" in code.value for code in app.code)


@pytest.mark.parametrize(
    ("query", "says"),
    [("DROP VIEW ratings", "Only reading"), ("FROM '/etc/passwd'", "no table"), ("SELECT x FROM ratings", "Binder")],
)
def test_a_query_without_an_answer_gives_a_clear_error(app, query, says):
    run(app, q=query)
    assert says in app.error[0].value.replace("\\", "")
    assert not app.dataframe


def test_no_rows_and_no_query(app):
    run(app, q="SELECT 1 WHERE false")
    assert "no rows" in app.info[0].value
    app.text_area(key="sql").set_value(" ").run()
    assert "Write a query" in app.info[0].value
    assert not app.exception


def test_text_from_a_query_is_not_markup(app, monkeypatch):
    evil = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![](http://a/b)"
    monkeypatch.setattr(shared, "answer", lambda query: Answer((evil, evil), ((evil, 1),), False, 0.0))
    run(app, q="SELECT 1")
    table = app.dataframe[0].value
    assert table.iloc[0, 0] == evil
    assert not any("](" in element.value for element in [*app.caption, *app.info])
