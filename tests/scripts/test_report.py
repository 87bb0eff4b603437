"""The blocks of results in a text file."""

from scripts.evaluations.report import filled

FIGURES = {
    "article": {"how": "", "rows": {"SVD": {"rmse": {"value": 1.22651, "se": 0.0012}, "fit_time": {"value": 5.04}}}},
    "new-fans": {
        "by_known_ratings": {
            "0": {"hybrid": {"fans": 3, "ndcg10": {"value": 0.5, "se": 0.1}, "rmse": {"value": 1.2}}},
            "5": {"hybrid": {"fans": 2, "ndcg10": {"value": 0.6, "se": 0.1}, "rmse": {"value": 1.1}}},
        }
    },
}


def test_old_rows_go_and_the_rest_stays():
    text = "before\n<!-- results:article -->\n| old |\n<!-- /results:article -->\nafter\n"
    assert filled(text, FIGURES) == (
        "before\n<!-- results:article -->\n\n| | RMSE | fit time |\n|---|---:|---:|\n"
        "| SVD | 1.2265 ± 0.0012 | 5.0 |\n\n<!-- /results:article -->\nafter\n"
    )
    assert filled(filled(text, FIGURES), FIGURES) == filled(text, FIGURES)


def test_columns_are_known_ratings():
    text = filled("<!-- results:new-fans -->\n<!-- /results:new-fans -->", FIGURES)
    assert "| NDCG@10 | k = 0 (3 fans) | k = 5 (2 fans) |" in text
    assert "| hybrid | 0.500 ± 0.100 | 0.600 ± 0.100 |" in text
    assert "| hybrid | 1.200 | 1.100 |" in text


def test_without_figures_nothing_changes():
    text = "<!-- results:article -->\n| old |\n<!-- /results:article -->"
    assert filled(text, {}) == text
