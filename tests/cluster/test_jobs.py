"""Each job on two Ray nodes gives what it gives without Ray, also when a node dies during the work."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.cluster import prepare as cluster_prepare
from recsys.cluster import score, tune
from recsys.cluster.evaluate import cross_validate_all, evaluate_new_fans
from recsys.cluster.session import connect
from recsys.data import manifest
from recsys.errors import DataError
from recsys.evaluation import new_fans
from recsys.evaluation.article import cross_validate
from recsys.prepare.pipeline import outputs, prepare
from recsys.serving import batch
from recsys.serving.batch import Choices
from scripts import recommend
from scripts.benchmarks import made_up
from tests.cluster import s3
from tests.prepare import rawset
from tests.prepare.rawset import AZATHOTH, SMALL, TITLES, USERS, Row, rows_of
from tests.training import small

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

ARTIFACTS = Path("artifacts")
SVD = Choices(model="svd", n=5)


@pytest.fixture
def fans(tmp_path):
    """A file with the lists of 40 fans, whose rows are in no order."""
    rng = np.random.default_rng(0)
    titles = pq.read_table(ARTIFACTS / "title_stats.parquet")["anime_id"].to_numpy()
    rows = rng.permutation([(f"fan {n:02}", i) for n in range(40) for i in rng.choice(titles, 12, replace=False)])
    scores = [None if n % 5 == 0 else float(n % 10 + 1) for n in range(len(rows))]
    path = tmp_path / "fans.parquet"
    pq.write_table(pa.table({"fan": rows[:, 0], "anime_id": rows[:, 1].astype(int), "score": scores}), path)
    return path


@pytest.fixture
def plain(fans, tmp_path):
    """What the command writes for them without Ray."""
    out = tmp_path / "plain.parquet"
    assert recommend.main(["--ratings", str(fans), "--model", "svd", "-n", "5", "--out", str(out)]) == 0
    return pq.read_table(out)


def test_command_scores_everyone(nodes, fans, plain, tmp_path, capsys):
    out = tmp_path / "out.parquet"
    options = ["--ratings", str(fans), "--model", "svd", "-n", "5", "--out", str(out), "--ray", nodes.address]
    assert recommend.main(options) == 0
    assert pq.read_table(out).equals(plain)
    assert "200 rows" in capsys.readouterr().out
    assert not score.work_folder(out).exists()


def test_everyone_is_scored_though_a_node_dies(nodes, fans, plain, tmp_path):
    out = tmp_path / "out.parquet"
    killed = nodes.kill_other_when(lambda: any(score.work_folder(out).glob("block-*")))
    found = score.score_everyone(nodes.address, ARTIFACTS, (fans, None), SVD, out, block_fans=4)
    killed.join()
    assert (found.fans, found.blocks, found.earlier) == (40, 10, 0)
    assert pq.read_table(out).equals(plain)


def test_pairs_are_predicted_though_a_node_dies(nodes, fans, tmp_path, capsys):
    """Of fans with and without a list, and of an unknown title."""
    pairs, plain, out = tmp_path / "pairs.parquet", tmp_path / "plain.parquet", tmp_path / "out.parquet"
    wanted = [(f"fan {n % 50:02}", 5114 if n % 3 else 999_999_999) for n in range(120)]
    pq.write_table(pa.table(dict(zip(("fan", "anime_id"), zip(*wanted, strict=True), strict=True))), pairs)
    options = ["--ratings", str(fans), "--pairs", str(pairs), "--model", "svd", "--out"]
    assert recommend.main([*options, str(plain)]) == 0
    said = capsys.readouterr().err.splitlines()[-1]
    assert recommend.main([*options, str(out), "--ray", nodes.address]) == 0
    assert said in capsys.readouterr().err
    killed = nodes.kill_other_when(lambda: any(score.work_folder(out).glob("block-*")))
    found = score.score_everyone(nodes.address, ARTIFACTS, (fans, pairs), SVD, out, block_fans=4)
    killed.join()
    assert (found.fans, found.rows) == (50, 120)
    assert pq.read_table(out).equals(pq.read_table(plain))


def test_finished_blocks_are_not_done_again(nodes, fans, plain, tmp_path, monkeypatch):
    out = tmp_path / "out.parquet"

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch, "concatenate", interrupted)
        with pytest.raises(KeyboardInterrupt):
            score.score_everyone(nodes.address, ARTIFACTS, (fans, None), SVD, out, block_fans=10)
    assert not out.exists()
    first, *others = sorted(score.work_folder(out).glob("block-*"))
    first.unlink()
    times = [path.stat().st_mtime_ns for path in others]
    with monkeypatch.context() as patch:
        patch.setattr(batch, "concatenate", interrupted)
        with pytest.raises(KeyboardInterrupt):
            score.score_everyone(nodes.address, ARTIFACTS, (fans, None), SVD, out, block_fans=10)
    assert [path.stat().st_mtime_ns for path in others] == times
    assert score.score_everyone(nodes.address, ARTIFACTS, (fans, None), SVD, out, block_fans=10).earlier == 4
    assert pq.read_table(out).equals(plain)


def test_blocks_of_other_choices_are_not_used(nodes, fans, plain, tmp_path, monkeypatch):
    out = tmp_path / "out.parquet"
    with monkeypatch.context() as patch:
        patch.setattr(batch, "concatenate", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            score.score_everyone(nodes.address, ARTIFACTS, (fans, None), replace(SVD, n=3), out, block_fans=20)
    assert score.score_everyone(nodes.address, ARTIFACTS, (fans, None), SVD, out, block_fans=20).earlier == 0
    assert pq.read_table(out).equals(plain)


def raw_rows():
    """List rows with repeated titles far apart, and rows of every kind that cannot be used."""
    rng = np.random.default_rng(0)
    rows = [
        Row(
            str(rng.choice(USERS)), str(rng.choice(TITLES)), str(rng.integers(0, 11)), tags="a, b" if n % 7 == 0 else ""
        )
        for n in range(300)
    ]
    wrong = [Row("7", "x", "5"), Row("7", "5", "11"), Row("1234", "5", "5"), Row("8", "77", "5"), Row("8", "5", "?")]
    return [*rows[:150], *wrong, *rows[150:]]


def assert_same(folder, other, reports):
    for name in outputs():
        assert rows_of(folder, name) == rows_of(other, name), name
    (first, second) = reports
    assert first.rows_out == second.rows_out
    for one, two in zip(first.sources, second.sources, strict=True):
        assert (one.rows_in, one.dropped, one.ratings) == (two.rows_in, two.dropped, two.ratings)


def prepare_on(nodes, sources, out, piece_bytes=3000, progress=lambda *_: None):
    paths = [str(source) for source in sources]
    return cluster_prepare.prepare(nodes.address, paths, out, SMALL, progress, {}, (), piece_bytes)


def test_raw_lists_are_prepared_though_a_node_dies(nodes, tmp_path):
    raw = rawset.write(tmp_path / "raw", AZATHOTH, raw_rows(), TITLES, USERS)
    watching = rawset.write_watching(tmp_path / "w.csv.gz", [("ann", 1, 1), ("ann", 77, 2), ("bob", 5, 1)])
    steps = []
    killed = nodes.kill_other_when(lambda: len(steps) > 1)
    found = prepare_on(nodes, [raw, watching], tmp_path / "out", progress=lambda *step: steps.append(step))
    killed.join()
    expected = prepare([raw, watching], tmp_path / "plain", SMALL)
    assert expected.sources[0].dropped["duplicate"] > 100
    assert_same(tmp_path / "out", tmp_path / "plain", (found, expected))


def split(path, n):
    """Divide a CSV file into `n` files with its header."""
    header, *lines = path.read_bytes().splitlines(keepends=True)
    for part in range(n):
        piece = lines[len(lines) * part // n : len(lines) * (part + 1) // n]
        path.with_name(f"{path.stem}-{part + 1}.csv").write_bytes(b"".join([header, *piece]))
    path.unlink()


def test_lists_in_several_files(nodes, tmp_path):
    raw = rawset.write(tmp_path / "raw", AZATHOTH, raw_rows(), TITLES, USERS)
    expected = prepare(raw, tmp_path / "plain", SMALL)
    split(raw / "animelists_cleaned.csv", 3)
    split(raw / "users_cleaned.csv", 2)
    found = prepare_on(nodes, [raw], tmp_path / "out")
    assert_same(tmp_path / "out", tmp_path / "plain", (found, expected))


def test_lists_in_s3(nodes, tmp_path, capfd):
    raw = rawset.write(tmp_path / "bucket" / "mal", AZATHOTH, raw_rows(), TITLES, USERS)
    expected = prepare(raw, tmp_path / "plain", SMALL)
    split(raw / "animelists_cleaned.csv", 2)
    with s3.serving("lists", tmp_path / "bucket") as host:
        address = f"s3://lists/mal?endpoint_override={host}&scheme=http&region=us-east-1"
        found = prepare_on(nodes, [address], tmp_path / "out")
        with pytest.raises(DataError, match="s3://lists/none"):
            prepare_on(nodes, [address.replace("mal", "none")], tmp_path / "none")
    assert_same(tmp_path / "out", tmp_path / "plain", (found, expected))
    written = str(manifest.read(tmp_path / "out").files) + "".join(capfd.readouterr())
    assert "made-up-secret" not in written
    assert "made-up-key" not in written


def test_folds_have_the_same_errors_though_a_node_dies(nodes):
    data, seen = small.ratings(), []
    killed = nodes.kill_other_when(lambda: bool(seen))
    tables = cross_validate_all(nodes.address, data, ["normal", "svd"], 3, 0, lambda *fold: seen.append(fold[:2]))
    found = {table.name: table.folds[:2] for table in tables}
    killed.join()
    assert sorted(seen) == [(name, fold) for name in ("normal", "svd") for fold in range(3)]
    for name in ("normal", "svd"):
        expected = cross_validate(data, name, 3, 0)
        assert np.array_equal(found[expected.name], expected.folds[:2])


def test_new_fans_have_the_same_figures_though_a_node_dies(nodes):
    titles = pq.read_table(ARTIFACTS / "title_stats.parquet")["anime_id"].to_numpy()[:400]
    data, found = replace(made_up(400, 400, 120, 0), item_ids=titles), []
    killed = nodes.kill_other_when(lambda: bool(found))
    spread = evaluate_new_fans(nodes.address, data, ARTIFACTS, "test", False, 0, found.append)
    killed.join()
    # As text: nan, of measures that nobody has, is not equal to itself.
    assert json.dumps(spread) == json.dumps(new_fans.evaluate(data, ARTIFACTS, "test", with_baselines=False))
    assert sorted(found) == sorted(spread["5"])


def test_trials_begin_with_the_shipped_settings_and_survive_a_node(nodes, tmp_path, monkeypatch):
    monkeypatch.setattr(tune, "SPACE", {**tune.SPACE, "n_factors": (2, 300), "n_epochs": (2, 60)})
    start = time.monotonic()
    killed = nodes.kill_other_when(lambda: time.monotonic() > start + 10)
    run = small.run(tmp_path)
    trials = tune.tune_svd(nodes.address, run, 3)
    killed.join()
    assert tune.PRESETS["tuned"] in [trial.config for trial in trials]
    assert [trial.mean for trial in trials] == sorted(trial.mean for trial in trials)
    lines = tune.table(trials, run).splitlines()
    shipped = 1 + [trial.config for trial in trials].index(tune.PRESETS["tuned"])
    assert f"The shipped settings are in row {shipped}." in lines
    assert lines[-3].endswith(f"| {trials[0].mean:.4f} | {trials[0].seconds:.0f} |")


def die_once(marker):
    """Kill this process, unless one did already."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_task_of_a_killed_worker_is_done_again(nodes, tmp_path):
    with connect(nodes.address) as session:
        found = list(session.run(die_once, [(tmp_path / f"marker-{n}",) for n in range(3)]))
    assert sorted(position for position, _ in found) == [0, 1, 2]


def refuse():
    raise DataError("Give another file.")


def test_error_of_a_task_is_the_error_of_the_command(nodes):
    with connect(nodes.address) as session, pytest.raises(DataError, match=r"^Give another file\.$"):
        list(session.run(refuse, [()]))
