"""The benchmark of the page's rules measures every model, here and in the tree of a commit."""

import contextlib
from pathlib import Path

import pytest

import recsys
from scripts.benchmarks import page_rules, servers

TREE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def engine(shipped_engine: recsys.Engine) -> recsys.Engine:
    return shipped_engine


def test_every_model_is_compared_with_the_tree_of_a_commit(engine, monkeypatch, capsys):
    monkeypatch.setattr(page_rules, "LISTS", 1)
    monkeypatch.setattr(servers, "tree_of", lambda commit: contextlib.nullcontext(TREE))
    page_rules.compare(engine, TREE / "artifacts", "abc1234")
    table = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert "ten, abc1234" in table[0]
    assert len(table) == 1 + len(engine.models) * len(page_rules.LENGTHS)
    assert all(float(cell.strip("| ").replace(",", "")) > 0 for row in table[1:] for cell in row[1:])


def test_without_a_commit_no_ratio_is_printed(engine, monkeypatch, capsys):
    monkeypatch.setattr(page_rules, "LISTS", 1)
    page_rules.compare(engine, TREE / "artifacts", None)
    assert "share" not in capsys.readouterr().out


def test_a_program_that_fails_says_why(engine, monkeypatch, tmp_path):
    monkeypatch.setattr(page_rules, "measure", lambda engine, n: {})
    monkeypatch.setattr(servers, "tree_of", lambda commit: contextlib.nullcontext(TREE))
    with pytest.raises(recsys.RecsysError, match="abc1234 cannot be measured"):
        page_rules.compare(engine, tmp_path, "abc1234")
