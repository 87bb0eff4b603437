"""`scripts.benchmark cluster --sizes`: steps are measured in processes of their own, and rows of several runs merge."""

import argparse
import json
import sys
from pathlib import Path

import pytest

from recsys.errors import DataError
from scripts import benchmark
from scripts.benchmarks import growth

ROOT = Path(__file__).parents[2]


def run(tmp_path, sizes, steps):
    return benchmark.main(["cluster", "--sizes", sizes, "--steps", steps, "--work", str(tmp_path)])


def test_steps_of_several_runs_are_in_one_table(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(growth, "ARTICLE_FANS", 300)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert run(tmp_path, "1", "simulate,prepare") == 0
    assert not (tmp_path / "raw-1").exists()
    # Not before: prepare would place all titles of the shipped catalogue in their franchises, which takes seconds.
    (elsewhere / "artifacts").symlink_to(ROOT / "artifacts")
    capsys.readouterr()
    assert run(tmp_path, "1", "score-svd") == 0
    fans = (tmp_path / "fans-1.parquet").stat().st_mtime_ns
    assert growth._fans(argparse.Namespace(work=tmp_path), 1).stat().st_mtime_ns == fans
    monkeypatch.setattr(growth, "measure", lambda _: {"seconds": 1.0, "processors": 1.0, "peak_mb": 100.0})
    assert run(tmp_path, "0.5", "simulate") == 0
    capsys.readouterr()
    assert run(tmp_path, "1", "") == 0
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    table = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows[-10:]}
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert table[""] == ["0.5×", "1×"]
    assert table["ratings"] == ["", f"{figures['1']['prepare']['ratings']:,}"]
    assert table["train svd"] == ["", ""]
    assert all(table["simulate raw lists"])
    assert "fans/s" in table["ten titles for every fan, svd"][1]
    assert figures["1"]["score-svd"]["fans"] <= 300


def test_memory_is_that_of_the_step_alone():
    small, large = (growth.measure([sys.executable, "-c", f"bytes(range(256)) * {n}"]) for n in (1, 2**20))
    assert large["peak_mb"] > small["peak_mb"] + 200


def test_a_failing_step_says_why():
    with pytest.raises(DataError, match="made-up reason"):
        growth.measure([sys.executable, "-c", "raise SystemExit('made-up reason')"])


@pytest.mark.parametrize(
    ("sizes", "steps", "said"),
    [
        ("1,x", "simulate", "--sizes 1,x: give numbers above 0"),
        ("0", "simulate", "give numbers above 0"),
        ("1", "simulate,fly", "there is no step fly"),
        ("1", "prepare", "Run the step simulate first"),
        ("1", "svd", "Run the steps simulate and prepare first"),
        ("1000000", "simulate", "are free"),
    ],
)
def test_bad_input_is_explained(tmp_path, capsys, sizes, steps, said):
    assert run(tmp_path, sizes, steps) == 2
    assert said in capsys.readouterr().err
