"""Trials of the SVD's settings: which fans they are compared on."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.cluster import tune
from recsys.cluster.tune import Trial
from recsys.holdout.split import members, rows_of
from tests.training import small

SETTINGS = [
    {"n_factors": n, "n_epochs": 4, "lr_all": 0.01, "reg_biases": 0.02, "reg_factors": 0.05, "init_std_dev": 0.05}
    for n in (3, 6)
]


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Gives the page of two trials with these ratings; each of the trials took no time."""
    monkeypatch.setattr(tune, "shared", lambda run: run)
    plain = small.run(tmp_path)

    def table(ratings):
        run = replace(plain, ratings=ratings)
        found = [tune.try_settings([run], settings) for settings in SETTINGS]
        trials = [
            Trial(tune.to_config(settings), one["rmse"], one["mean"], 0.0)
            for settings, one in zip(SETTINGS, found, strict=True)
        ]
        rows = tune.table(trials, run).splitlines()[-2:]
        return rows, [(trial.rmse, trial.mean) for trial in trials]

    return table


def changed(ratings, part):
    """The ratings with those of the fans of a part turned around."""
    own = members(ratings.user_ids, part)[ratings.users]
    assert own.any()
    return replace(ratings, scores=np.where(own, 11 - ratings.scores, ratings.scores))


def test_no_trial_reads_a_test_fan(table):
    ratings = small.ratings()
    expected = table(ratings)
    assert table(changed(ratings, "test")) == expected
    assert table(rows_of(ratings, ~members(ratings.user_ids, "test")[ratings.users])) == expected
    assert table(changed(ratings, "validation"))[0] != expected[0]
