"""`scripts.train` and `scripts.evaluate` on small data, from prepared files to models and figures."""

import errno
import json
import os
import shlex
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors import SafetensorError

from recsys.data import manifest
from recsys.models import store
from recsys.models.odds import PLAIN
from recsys.simulation.lists import write_lists
from scripts import evaluate, train
from tests.simulation import known_population


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_lists(known_population.fans(500), known_population.model().item_ids, folder, np.random.default_rng(0))
    with manifest.writing(folder) as batch:
        pq.write_table(pa.table({"anime_id": [10], "n_ratings": [3]}), batch.path("title_stats.parquet"))
    return folder


@pytest.fixture(scope="module")
def out(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifacts")
    assert train.main(["popularity", "svd", "--data", str(data), "--out", str(folder)]) == 0
    return folder


def test_models_are_written_with_their_provenance(data: Path, out: Path) -> None:
    written, read = manifest.read(out), manifest.read(data)
    for name in ("popularity", "svd"):
        entry = written.models[name]
        assert entry["file"] == store.file_name(name)
        assert entry["data"]["sha256"] == read.files["ratings.parquet"]["sha256"]
        assert entry["seed"] == 0
        assert entry["training"]
        errors = entry["metrics"]["validation_rmse_by_known_ratings"]
        assert errors["20"] < errors["0"]
        assert store.load(name, written.path(entry["file"])).n_items > 100
    assert written.path("title_stats.parquet").read_bytes() == read.path("title_stats.parquet").read_bytes()


def test_svd_beats_popularity(out: Path) -> None:
    models = manifest.read(out).models
    errors = {name: models[name]["metrics"]["validation_rmse_by_known_ratings"]["20"] for name in models}
    assert errors["svd"] < errors["popularity"]


def test_the_same_seed_trains_the_same_model(data: Path, out: Path, tmp_path: Path) -> None:
    assert train.main(["svd", "--data", str(data), "--out", str(tmp_path)]) == 0
    digests = [manifest.read(folder).files[store.file_name("svd")]["sha256"] for folder in (out, tmp_path)]
    assert digests[0] == digests[1]


def test_data_that_is_not_there_is_an_error_and_leaves_the_old_models(out: Path, tmp_path: Path, capsys) -> None:
    before = (out / "manifest.json").read_bytes()
    assert train.main(["svd", "--data", str(tmp_path / "nothing"), "--out", str(out)]) == 2
    assert str(tmp_path / "nothing") in capsys.readouterr().err
    assert (out / "manifest.json").read_bytes() == before


def test_no_room_for_the_result_is_found_before_the_training(data: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", no_room, raising=False)
    monkeypatch.setattr("recsys.training.popularity.train", lambda _: pytest.fail("trained in vain"))
    assert train.main(["popularity", "--data", str(data), "--out", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no room" in line
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_after_the_training_gives_one_line(data: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(store, "save_file", no_room)
    assert train.main(["popularity", "--data", str(data), "--out", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "No space left" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["popularity.safetensors", "manifest.json"])
def test_a_disk_that_fills_in_the_middle_of_a_write_gives_one_line_and_keeps_what_was_there(
    name: str, data: Path, out: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    folder = shutil.copytree(out, tmp_path / "models")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def half(path: Path) -> None:
        path.write_bytes(b"{")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    write_text = Path.write_text
    monkeypatch.setattr(Path, "write_text", lambda p, *a, **b: half(p) if p.name == name else write_text(p, *a, **b))
    if name != "manifest.json":
        monkeypatch.setattr(store, "save_file", lambda arrays, path, **_: half(Path(path)))
    assert train.main(["popularity", "--data", str(data), "--out", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "No space left" in line
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("spare", ["data", "temporary"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_trained_model_that_cannot_be_written_is_kept_and_can_be_installed(
    code: int, spare: str, data: Path, out: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    data, folder = shutil.copytree(data, tmp_path / "data"), tmp_path / "models"
    (tmp_path / "temporary").mkdir()
    full = [folder] if spare == "data" else [folder, data]
    save_file = store.save_file

    def save(arrays: dict, path: Path, **more: dict) -> None:
        if any(one in Path(path).parents for one in full):
            raise OSError(code, os.strerror(code), str(path))
        save_file(arrays, path, **more)

    command = ["popularity", "--data", str(data), "--out", str(folder)]
    with monkeypatch.context() as patched:
        patched.setattr(store, "save_file", save)
        patched.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
        assert train.main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert os.strerror(code) in line
    assert not list(folder.iterdir())
    words = shlex.split(line.partition("To install it: ")[2])
    assert words[:3] == ["python", "-m", "scripts.train"]
    (kept,) = (tmp_path / spare).glob("kept-*")
    assert str(kept) in words

    assert train.main(words[3:]) == 0
    found, trained = manifest.read(folder), manifest.read(out)
    assert found.path("title_stats.parquet").is_file()
    store.load("popularity", found.path(found.models["popularity"]["file"]))
    assert found.models["popularity"] == trained.models["popularity"]
    assert {name: entry["sha256"] for name, entry in found.files.items()} == {
        name: trained.files[name]["sha256"] for name in found.files
    }


def test_only_the_model_that_is_kept_can_be_installed(out: Path, tmp_path: Path, capsys) -> None:
    with manifest.writing(tmp_path / "kept") as batch:
        store.save(store.load("svd", out / store.file_name("svd")), batch.path(store.file_name("svd")))
        batch.model("svd", file=store.file_name("svd"))
    for name in ("popularity", "atlas"):
        assert train.main([name, "--install", str(tmp_path / "kept"), "--out", str(tmp_path / "models")]) == 2
        assert f"does not hold a kept {name}" in capsys.readouterr().err
    assert train.main(["svd", "popularity", "--install", str(tmp_path / "kept")]) == 2
    (tmp_path / "kept" / store.file_name("svd")).write_bytes(b"")
    assert train.main(["svd", "--install", str(tmp_path / "kept"), "--out", str(tmp_path / "models")]) == 2
    assert "damaged" in capsys.readouterr().err


def test_an_unknown_model_is_refused(data: Path, capsys) -> None:
    with pytest.raises(SystemExit):
        train.main(["oracle", "--data", str(data)])
    assert "oracle" in capsys.readouterr().err


def test_a_killed_training_leaves_the_old_models(data: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = manifest.read(out).files

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "save", die)
    with pytest.raises(KeyboardInterrupt):
        train.main(["popularity", "--data", str(data), "--out", str(out)])
    assert manifest.read(out).files == before
    assert all(manifest.read(out).path(name) for name in before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_the_articles_table(data: Path, capsys) -> None:
    models = ["baseline", "svd"]
    assert evaluate.main(["article", "--data", str(data), "--model", *models, "--folds", "3", "--seed", "4"]) == 0
    table = lines(capsys)
    rows = {words[0]: [float(word) for word in words[1:]] for words in table if words and words[0] in ("RMSE", "MAE")}
    assert set(rows) == {"RMSE", "MAE"}
    for *folds, mean, deviation in rows.values():
        assert len(folds) == 3
        assert mean == pytest.approx(np.mean(folds), abs=1e-4)
        assert deviation == pytest.approx(np.std(folds), abs=1e-4)
    assert sum(words[:2] == ["Fit", "time"] for words in table) >= 2


def test_algorithms_measured_later_join_the_rows_of_the_same_measurement(data: Path, tmp_path: Path) -> None:
    def rows(model: str, folds: str) -> list[str]:
        command = ["article", "--data", str(data), "--model", model, "--folds", folds, "--out", str(tmp_path)]
        assert evaluate.main(command) == 0
        return list(json.loads((tmp_path / "metrics.json").read_text("utf-8"))["article"]["rows"])

    assert rows("baseline", "3") == ["BaselineOnly (Surprise)"]
    assert rows("normal", "3") == ["NormalPredictor (Surprise)", "BaselineOnly (Surprise)"]
    assert rows("normal", "2") == ["NormalPredictor (Surprise)"]


def test_fold_in_figures(data: Path, capsys) -> None:
    assert evaluate.main(["fold-in", "--data", str(data)]) == 0
    rows = [words for words in lines(capsys) if words and words[0].isdigit()]
    assert [int(words[0]) for words in rows][:3] == [0, 1, 3]
    for words in rows[1:4]:
        popularity, ridge, prior = map(float, words[3:6])
        assert prior < popularity
        assert prior <= ridge + 0.02


def test_elicitation_figures(data: Path, out: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recsys.evaluation.elicitation.MIN_RATINGS", 30)
    assert evaluate.main(["elicitation", "--data", str(data), "--artifacts", str(out)]) == 0
    names = [words[0] for words in lines(capsys) if words]
    assert names[-3:] == ["informative", "popular", "random"]


def test_elicitation_without_a_model_is_an_error(data: Path, tmp_path: Path, capsys) -> None:
    assert evaluate.main(["elicitation", "--data", str(data), "--artifacts", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_odds_are_fitted_with_each_model_and_on_demand_by_more_fans(
    data: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recsys.training.odds._ENOUGH", 120)  # so that there are a few turns
    trained = {name: entry["odds"] for name, entry in manifest.read(out).models.items()}
    assert PLAIN.to_entry() not in trained.values()
    copy = tmp_path / "artifacts"
    shutil.copytree(out, copy)
    with manifest.writing(copy) as batch:
        batch.model("svd", odds=PLAIN.to_entry())
    before = manifest.read(copy)
    assert train.main(["odds", "--data", str(data), "--out", str(copy)]) == 0
    after = manifest.read(copy)
    assert after.files == before.files
    found = {name: entry["odds"] for name, entry in after.models.items()}
    assert found.keys() == trained.keys()
    for name, odds in found.items():
        assert odds != trained[name]
        # The same fans are among these, so that the chances are alike.
        for one in ("high", "low"):
            np.testing.assert_allclose(odds[one][1:4], trained[name][one][1:4], atol=0.5)


def test_odds_without_a_model_are_an_error(data: Path, tmp_path: Path, capsys) -> None:
    with manifest.writing(tmp_path):
        pass
    assert train.main(["odds", "--data", str(data), "--out", str(tmp_path)]) == 2
    assert "Train one first" in capsys.readouterr().err
