"""`scripts.benchmark svd`: the two libraries get the same rows and end at the same parameters."""

import functools
import shutil

import numpy as np
import pytest

from recsys.data.ratings import load_arrays
from scripts.benchmarks import svd
from scripts.benchmarks.svd import Task, largest_difference, measure, train_ours, train_surprise, write_ratings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    write_ratings(folder, 20_000, seed=1)
    return folder


def measuring(in_file_order):
    """One order is enough to measure in processes of their own, which import all training libraries again."""
    return svd._in_process if in_file_order else measure


@pytest.fixture(scope="module")
def ours(folder, tmp_path_factory):
    """Our figures, measured once for each order of the ratings, in a folder of its own, which holds the parameters."""

    @functools.cache
    def measured(in_file_order):
        own = shutil.copytree(folder, tmp_path_factory.mktemp("ours") / "lists")
        return measuring(in_file_order)(train_ours, Task(own, 3, in_file_order))

    return measured


def test_simulated_ratings_are_as_many_as_asked_and_have_structure(folder):
    simulated = load_arrays(folder)
    assert len(simulated.scores) == pytest.approx(20_000, rel=0.05)
    assert set(simulated.scores) <= set(range(1, 11))
    raters = np.sort(np.bincount(simulated.items))
    assert raters[-20:].mean() > 3 * np.median(raters)
    per_fan = np.bincount(simulated.users)
    assert per_fan.max() > 2 * np.median(per_fan)


@pytest.mark.parametrize("in_file_order", [False, True])
def test_same_split_same_parameters_same_error(folder, ours, in_file_order):
    theirs = measuring(in_file_order)(train_surprise, Task(folder, 3, in_file_order))
    own = ours(in_file_order)
    assert largest_difference(own, theirs) < 1e-9
    assert own.rmse == pytest.approx(theirs.rmse, abs=1e-9)
    for measured in (own, theirs):
        assert {"load", "split", "fit", "predict"} <= set(measured.seconds)
        assert measured.processors.keys() == measured.seconds.keys()
    assert 0 < own.peak_mb < theirs.peak_mb * 2


def test_several_threads_have_the_parameters_of_one_on_lists_in_file_order(folder, ours):
    several = measuring(True)(train_ours, Task(folder, 3, True, threads=2))
    assert largest_difference(several, ours(True)) == 0
