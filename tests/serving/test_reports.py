"""Reports read from a hand-made manifest and metrics.json."""

import json

import pytest

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.serving import reports
from recsys.serving.reports import Curve, Figure

AT_0 = {
    "svd": {"ndcg10": {"value": 0.3, "se": 0.02}, "rmse": {"value": 1.5}, "fans": 100},
    "KNN": {"ndcg10": {"value": 0.2}},
    "EASE": {"ndcg10": {"value": 0.25}},
}
AT_10 = {"svd": {"ndcg10": {"value": 0.5, "se": 0.01}, "fans": 90}, "KNN": {"ndcg10": {"value": 0.6}, "fans": 90}}
COLD = {"svd": {"rmse": {"value": 1.4, "se": 0.1}}, "mean": {"rmse": {"value": 1.5}}}
RULES = {"rules": {"ndcg10": {"value": 0.4, "se": 0.01}, "fans": 3, "diversity": 0.7}}
METRICS = {
    "new-fans": {"part": "test", "by_known_ratings": {"10": AT_10, "0": AT_0}},
    "cold-titles": {"how": "so", "rows": COLD},
    "page": {"model": "svd", "by_known_ratings": {"5": RULES}},
}


def write(folder, metrics: str | None = None):
    with manifest.writing(folder) as batch:
        for name in ("svd", "popularity"):
            batch.path(f"models/{name}.safetensors").write_bytes(b"x" * 2_000_000)
        batch.model(
            "svd",
            file="models/svd.safetensors",
            data={"data_set": "a set", "licence": "CC0", "rows": 7},
            training={"n_factors": 3, "fold_in": {"dof": 10.0}},
            metrics={
                "validation_rmse_by_known_ratings": {"50": 1.2, "5": 1.3},
                "agreement": 0.99,
                "training_loss_by_epoch": [3, 2.5],
            },
        )
        batch.model("popularity", file="models/popularity.safetensors")
        if metrics is not None:
            batch.path(reports.METRICS).write_text(metrics, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return reports.read(write(tmp_path_factory.mktemp("reports"), json.dumps(METRICS)))


def test_models_come_simplest_first_with_their_settings(report):
    popularity, svd = report.models
    assert (popularity.name, svd.name) == ("popularity", "svd")
    assert (svd.data_set, svd.licence, svd.n_ratings, svd.megabytes) == ("a set", "CC0", 7, 2.0)
    assert svd.settings == (("n_factors", "3"), ("fold_in.dof", "10"))
    assert svd.facts == (("agreement", "0.99"),)
    assert svd.epochs == {"training_loss_by_epoch": (3.0, 2.5)}


def test_curves_rise_with_the_number_of_known_ratings_and_know_models_from_baselines(report):
    svd, *others = report.curves("ndcg10")
    assert svd == Curve("svd", {0: Figure(0.3, 0.02), 10: Figure(0.5, 0.01)})
    assert svd.is_model
    assert {curve.name: curve.is_model for curve in others} == {"KNN": False, "EASE": False}
    assert report.fans() == {0: 100, 10: 90}
    assert report.curves("nothing such") == []


def test_the_best_algorithm_and_the_best_baseline_at_each_number(report):
    curves = report.curves("ndcg10")
    assert {k: name for k, (name, _) in reports.best(curves, highest=True).items()} == {0: "svd", 10: "KNN"}
    assert {k: name for k, (name, _) in reports.best(curves, highest=False).items()} == {0: "KNN", 10: "svd"}
    rival = reports.envelope([curve for curve in curves if curve.is_baseline], "rivals", highest=True)
    assert rival == Curve("rivals", {0: Figure(0.25), 10: Figure(0.6)})
    assert not rival.is_model
    assert reports.envelope([], "rivals", highest=True) is None


def test_a_difference_within_two_standard_errors_does_not_count():
    curves = [Curve("svd", {5: Figure(0.52, 0.02)}), Curve("popularity", {5: Figure(0.50, 0.02)})]
    assert reports.simpler_wins(curves, highest=True) == [("svd", ["popularity"], [5])]
    curves[0] = Curve("svd", {5: Figure(0.60, 0.02)})
    assert reports.simpler_wins(curves, highest=True) == []
    assert reports.simpler_wins(curves, highest=False) == [("svd", ["popularity"], [5])]


def test_simpler_models_with_the_same_numbers_are_one_row():
    names = ("hybrid", "popularity", "neural", "svd")
    curves = [Curve(name, {0: Figure(0.3), 5: Figure(0.4 if name == "hybrid" else 0.3)}) for name in names]
    assert reports.simpler_wins(curves, highest=True) == [
        ("svd", ["popularity"], [0, 5]),
        ("neural", ["popularity", "svd"], [0, 5]),
        ("hybrid", ["popularity", "svd", "neural"], [0]),
    ]


def test_ranking_by_score_alone_is_compared_with_the_models_own_ranking(tmp_path):
    rows = {"svd": {"ndcg10": 0.4}, "svd, by score alone": {"ndcg10": 0.1}, "gone, by score alone": {"ndcg10": 0.2}}
    read = reports.read(write(tmp_path, json.dumps({"new-fans": {"by_known_ratings": {"5": rows}}})))
    assert [(alone.name, own.name) for alone, own in read.by_score_alone()] == [("svd, by score alone", "svd")]


def test_tables(report):
    table = report.table("cold-titles")
    assert (table.how, table.measures) == ("so", ("rmse",))
    assert table.rows["svd"]["rmse"].text() == "1.400 ± 0.100"
    assert table.rows["mean"]["rmse"].text() == "1.500"
    assert report.table("article") is None
    model, rules = report.page_rules()
    assert model == "svd"
    assert rules.rows == {"rules, 5 known": {"ndcg10": Figure(0.4, 0.01), "diversity": Figure(0.7)}}


def test_validation_figures_are_read_from_the_manifest(report):
    assert report.validation == {"rmse": (Curve("svd", {5: Figure(1.3), 50: Figure(1.2)}),)}


def test_nothing_measured_is_empty(tmp_path):
    empty = reports.read(write(tmp_path))
    assert empty.subjects == ()
    assert empty.curves("ndcg10") == []
    assert empty.fans() == {}
    assert empty.part == ""
    assert empty.page_rules() is None


@pytest.mark.parametrize("metrics", ["", "[]", "{", "null"])
def test_damaged_metrics_are_named(tmp_path, metrics):
    write(tmp_path, metrics)
    with pytest.raises(ArtifactError, match=r"metrics\.json"):
        reports.read(tmp_path)


def test_replaced_metrics_are_refused(tmp_path):
    write(tmp_path, "{}")
    (tmp_path / reports.METRICS).write_text('{"new-fans": {}}')
    with pytest.raises(ArtifactError, match="checksum"):
        reports.read(tmp_path)


@pytest.mark.parametrize(
    "odd", [{"new-fans": 3}, {"new-fans": {"by_known_ratings": {"x": {}, "5": 3}}}, {"article": []}]
)
def test_figures_of_another_form_count_as_not_measured(tmp_path, odd):
    read = reports.read(write(tmp_path, json.dumps(odd)))
    assert read.curves("rmse") == []
    assert read.table("article") is None
