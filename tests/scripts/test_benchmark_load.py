"""The load benchmark, small, on the real app: what it prints, and how it ends."""

import re

import pytest

from scripts import benchmark

_SMALL = ["load", "--visitors", "2", "--seconds", "3", "--think", "0.2"]


def rows(printed: str) -> list[list[str]]:
    """The cells of the tables' rows of figures."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines()]
    return [row for row in cells if row and row[0].isdigit()]


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
