"""The load benchmark, small, on the real app: what it prints, and how it ends."""

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts import benchmark
from scripts.benchmarks import load, servers
from scripts.benchmarks.crowd import Figures

_SMALL = ["load", "--visitors", "2", "--seconds", "1.5", "--think", "0.2"]


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[[Path, int], servers.Server]]:
    with contextlib.ExitStack() as stack:
        yield functools.cache(lambda tree, copies: stack.enter_context(servers.serving(tree, copies)))


@pytest.fixture
def kept(started: Callable[[Path, int], servers.Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a server that the benchmark starts, for the next test."""

    def serving(tree: Path = servers.HERE, copies: int = 0) -> contextlib.AbstractContextManager[servers.Server]:
        return contextlib.nullcontext(started(tree, copies))

    monkeypatch.setattr(load, "serving", serving)


def rows(printed: str) -> list[list[str]]:
    """The cells of the tables' rows of figures."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines()]
    return [row for row in cells if row and row[0].isdigit()]


@pytest.mark.usefixtures("kept")
def test_it_prints_waiting_times_and_costs_of_two_visitors(capsys: pytest.CaptureFixture) -> None:
    status = benchmark.main(_SMALL)
    printed = capsys.readouterr().out
    assert status == 0, printed
    ((visitors, server, *cold_and_moves, rate, cpu, errors, before, after),) = rows(printed)
    assert (visitors, server, errors) == ("2", "this tree", "0")
    median, p95, worst = map(float, cold_and_moves[3:])
    assert 0 < median <= p95 <= worst
    assert float(rate) > 0
    assert float(cpu.removesuffix(" ms")) > 0
    assert 50 < float(before) < float(after) < 2_000
    assert re.search(r"used up to \d+% of a core", printed)


def test_a_commit_that_does_not_exist_is_one_line(capsys: pytest.CaptureFixture) -> None:
    assert benchmark.main([*_SMALL, "--against", "no-such-commit"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: git has no commit 'no-such-commit' here: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("wrong", ["0", "5,x", ""])
def test_a_wrong_number_of_visitors_is_refused(wrong: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        benchmark.main(["load", "--visitors", wrong])
    assert "--visitors" in capsys.readouterr().err


@pytest.mark.usefixtures("kept")
def test_a_soak_prints_memory_at_the_start_the_middle_and_the_end(capsys: pytest.CaptureFixture) -> None:
    status = benchmark.main([*_SMALL, "--soak", "0.03"])
    printed = capsys.readouterr().out
    assert status == 0, printed
    assert len(re.findall(r"(?m)^[\d.]+ min: \d+ MB, \d+ moves, 0 errors$", printed)) == 10
    assert re.search(r"had come \d+ MB, in the middle \d+ MB, at the end \d+ MB: [+-]\d+%; visits: [1-9]", printed)


def test_ratios_are_those_of_the_first_to_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    slow = Figures(cold=[2.0], moves=[1.0, 1.0], seconds=4, memory=[100, 300], cpu=0.9)
    quick = Figures(cold=[0.5], moves=[0.25] * 6, seconds=4, memory=[100, 200], cpu=0.9, errors=["It broke."] * 2)
    measured = iter([slow, quick])
    monkeypatch.setattr(load, "measure", lambda *_: next(measured))
    monkeypatch.setattr(load, "serving", lambda *_: contextlib.nullcontext())
    assert benchmark.main(["load", "--visitors", "5", "--against", "HEAD"]) == 1
    printed = capsys.readouterr().out
    assert "2 x It broke." in printed
    assert rows(printed) == [
        ["5", "this tree", *["2.00"] * 3, *["1.00"] * 3, "0.5", "450 ms", "0", "100", "300"],
        ["5", "HEAD", *["0.50"] * 3, *["0.25"] * 3, "1.5", "150 ms", "2", "100", "200"],
        ["5", "HEAD", "4.00", "4.00", "4.00", "0.33", "3.00", "1.50"],
    ]


def test_the_files_of_a_commit_are_an_app_of_their_own() -> None:
    with servers.tree_of("HEAD") as tree:
        assert (tree / "app.py").exists()
        assert not (tree / ".git").exists()
    assert not tree.exists()
