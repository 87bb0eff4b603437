"""Raw sets of random numbers can be prepared, and have a low-rank structure."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from recsys.data.ratings import Ratings, load_arrays
from recsys.prepare.pipeline import prepare
from recsys.simulation import raw_set
from scripts import simulate as command


def test_every_row_is_valid(tmp_path: Path) -> None:
    rows = raw_set.write(tmp_path / "raw", n_fans=1500, n_titles=300, seed=1)
    report = prepare(tmp_path / "raw", tmp_path / "out")
    assert [path.name for path in rows] == ["animelists_cleaned.csv", "anime_cleaned.csv", "users_cleaned.csv"]
    assert list(rows.values())[1:] == [300, 1500]
    assert report.sources[0].rows_in == next(iter(rows.values()))
    assert {reason for reason, n in report.sources[0].dropped.items() if n} <= {"score 0", "sparse fan", "sparse title"}
    assert report.sources[0].unknown_status == 0
    assert report.sources[0].dropped["score 0"] / report.sources[0].rows_in == pytest.approx(0.36, abs=0.02)
    assert gap(load_arrays(tmp_path / "out")) > 1.5


def gap(ratings: Ratings) -> float:
    """Ratio of the first singular value of the scores to the one after shuffling scores within titles."""
    rng = np.random.default_rng(0)
    means = np.bincount(ratings.items, ratings.scores) / np.bincount(ratings.items)
    sizes = []
    for order in (np.arange(len(ratings.scores)), rng.permutation(len(ratings.scores))):
        order = order[np.argsort(ratings.items[order], kind="stable")]
        aligned = np.argsort(ratings.items, kind="stable")
        matrix = np.zeros((len(ratings.user_ids), len(ratings.item_ids)))
        matrix[ratings.users[aligned], ratings.items[aligned]] = (ratings.scores - means[ratings.items])[order]
        sizes.append(np.linalg.norm(matrix, 2))
    return sizes[0] / sizes[1]


def test_compressed_or_not_the_rows_are_the_same(tmp_path: Path) -> None:
    for name, gz in (("plain", False), ("packed", True)):
        raw_set.write(tmp_path / name, 30, 60, seed=5, gz=gz)
    for path in (tmp_path / "plain").iterdir():
        assert gzip.decompress((tmp_path / "packed" / f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_the_command_writes_a_set_of_the_requested_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--raw", str(tmp_path / "raw"), "--fans", "1200", "--titles", "150", "--seed", "3"]) == 0
    assert "users_cleaned.csv: 1,200 rows" in capsys.readouterr().out
    assert prepare(tmp_path / "raw", tmp_path / "out").fans <= 1200


@pytest.mark.parametrize("arguments", [["--fans", "0"], ["--titles", "3"], ["--fans", "many"]])
def test_invalid_sizes_are_refused(tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--raw", str(tmp_path), *arguments])
    assert arguments[0] in capsys.readouterr().err
