"""Figures as tables in Markdown files."""

import json

from recsys.data import manifest
from recsys.serving.reports import Reports
from scripts import evaluate
from scripts.evaluations.report import filled, markdown

FIGURES = {
    "article": {"how": "", "rows": {"SVD": {"rmse": {"value": 1.22651, "se": 0.0012}, "fit_time": {"value": 5.04}}}},
    "new-fans": {
        "part": "test",
        "by_known_ratings": {
            "0": {"hybrid": {"fans": 3, "ndcg10": {"value": 0.5, "se": 0.1}, "rmse": {"value": 1.2}}},
            "5": {
                "hybrid": {"fans": 2, "ndcg10": {"value": 0.6, "se": 0.1}, "rmse": {"value": 1.1}},
                "svd, by score alone": {"fans": 2, "ndcg10": {"value": 0.9}},
                "KNN": {"fans": 2, "ndcg10": {"value": 0.3}, "rmse": {"value": 1.25}},
                "mean": {"fans": 2, "ndcg10": {"value": 0.1}, "rmse": {"value": 1.15}},
            },
        },
    },
}
README = "before\n<!-- results -->\n| old |\n<!-- /results -->\nafter\n"


def test_the_small_table_has_the_models_and_the_best_baseline_of_each_measure():
    text = filled(README, Reports(measured=FIGURES))
    assert text == (
        "before\n<!-- results -->\n\n| | NDCG@10, 5 known | RMSE, 5 known |\n|---|---:|---:|\n"
        "| hybrid | 0.600 | 1.100 |\n| best baseline | 0.300 KNN | 1.150 mean |\n\n<!-- /results -->\nafter\n"
    )
    assert filled(text, Reports(measured=FIGURES)) == text


def test_without_figures_nothing_changes():
    assert filled(README, Reports()) == README


def test_large_tables_have_a_column_for_each_number_of_known_ratings():
    figures = {**FIGURES["new-fans"]["by_known_ratings"]}
    figures["5"] = {"hybrid": figures["5"]["hybrid"]}
    text = markdown(Reports(measured={**FIGURES, "new-fans": {"part": "test", "by_known_ratings": figures}}))
    assert "| | k = 0 (3 fans) | k = 5 (2 fans) |" in text
    assert "| hybrid | 0.500 ± 0.100 | 0.600 ± 0.100 |" in text
    assert "| hybrid | 1.200 | 1.100 |" in text
    assert "| | RMSE | Fit time, s |\n|---|---:|---:|\n| SVD | 1.2265 ± 0.0012 | 5.0 |\n" in text
    assert "tuned on these fans" not in text


def test_the_command_writes_both_files_from_the_folder_of_figures(tmp_path, capsys):
    with manifest.writing(tmp_path) as batch:
        batch.path("metrics.json").write_text(json.dumps({"article": FIGURES["article"]}))
    (tmp_path / "README.md").write_text(README)
    files = ["--results", str(tmp_path / "docs" / "results.md"), "--readme", str(tmp_path / "README.md")]
    assert evaluate.main(["tables", "--artifacts", str(tmp_path), *files]) == 0
    assert "| SVD | 1.2265 ± 0.0012 | 5.0 |" in (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == README
    assert evaluate.main(["tables", "--artifacts", str(tmp_path)]) == 0
    assert "| SVD |" in capsys.readouterr().out


def test_an_evaluation_of_what_fans_choose_has_a_section_with_its_further_tables():
    rows = {"hybrid": {"brier_high": {"value": 0.161, "se": 0.003}}}
    curve = {"8 or more, 0.0 to 0.1": {"chance": {"value": 0.05}, "scores": 1234}}
    text = markdown(Reports(measured={"odds": {"how": "How it was done.", "rows": rows, "reliability": curve}}))
    assert "## Chances of high and low scores\n\nHow it was done.\n\n| | Brier score, 8 or more |" in text
    assert "| 8 or more, 0.0 to 0.1 | 0.050 | 1,234 |" in text
    assert "The order by odds" not in text
