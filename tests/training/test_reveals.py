"""Batches of fans with and without scores."""

import numpy as np
import pytest
import torch

from recsys.models.fan_net import SEEN_WEIGHTS, watch_weights
from recsys.training.reveals import Batch, RevealConfig, Reveals
from recsys.training.rows import Rows
from tests.training import small

LISTS = small.lists()


def batches(**config) -> list[Batch]:
    reveals = Reveals(LISTS.ratings, LISTS.unscored, RevealConfig(**config), 0, torch.device("cpu"))
    found = list(reveals.epoch(0))
    assert len(found) == len(reveals)
    return found


def test_rows_of_both_kinds_are_sorted_by_fan():
    rows = Rows(LISTS.ratings, LISTS.unscored)
    assert (np.diff(rows.users) >= 0).all()
    assert len(rows.users) == len(LISTS.ratings.users) + len(LISTS.unscored.users)
    np.testing.assert_array_equal(rows.scoring, np.arange(len(rows.scoring)) < small.N_FANS)
    for user in (0, small.N_FANS - 1, small.N_FANS + 3):
        own = slice(rows.bounds[user], rows.bounds[user + 1])
        assert (rows.users[own] == user).all()
        assert (rows.scores[own] > 0).all() == (user < small.N_FANS)
    assert set(rows.statuses[rows.scores > 0]) == {small.COMPLETED}


def test_each_fan_is_once_in_an_epoch_with_all_titles():
    lengths = []
    for batch in batches():
        counts = sum(np.bincount(part.fans.numpy(), minlength=batch.n) for part in (batch.known, batch.hidden))
        assert np.bincount(batch.known.fans.numpy(), minlength=batch.n).min() >= 1
        assert np.bincount(batch.hidden.fans.numpy(), minlength=batch.n).min() >= 1
        lengths += counts.tolist()
    own = np.diff(Rows(LISTS.ratings, LISTS.unscored).bounds)
    assert sorted(lengths) == sorted(own[own >= 2].tolist())


def test_titles_count_by_score_or_by_status():
    for batch in batches(score_dropout=0):
        known = batch.known
        rated, scores = known.rated.numpy(), known.scores.numpy()
        np.testing.assert_array_equal(rated, scores > 0)
        np.testing.assert_allclose(known.weights.numpy()[rated], watch_weights(scores[rated]))
        recent = known.items.numpy() >= small.N_TITLES
        unscored = np.where(recent, SEEN_WEIGHTS[small.WATCHING], SEEN_WEIGHTS[small.COMPLETED])
        np.testing.assert_allclose(known.weights.numpy()[~rated], unscored[~rated])


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_scores_of_a_share_of_fans_are_not_known_and_are_still_asked(share):
    without, scoring = 0, 0
    for batch in batches(score_dropout=share):
        for fan in range(batch.n):
            mine = batch.known.fans == fan
            if (batch.known.scores[mine] > 0).any():
                scoring += 1
                assert len(set(batch.known.rated[mine].tolist())) == 1  # all or nothing
                without += int(not batch.known.rated[mine].any())
                assert batch.asked[batch.hidden.fans == fan].any()
    assert scoring == small.N_FANS
    assert abs(without / scoring - share) < 0.1


def test_wanted_are_liked_titles_or_all_that_a_watcher_has_begun():
    for batch in batches(max_asked=3):
        scores, fans = batch.hidden.scores.numpy(), batch.hidden.fans.numpy()
        for fan in range(batch.n):
            mine = fans == fan
            liked = scores[mine] >= 8 if (scores[mine] > 0).any() else np.ones(mine.sum(), bool)
            np.testing.assert_array_equal(batch.wanted.numpy()[mine], liked)
            assert batch.asked.numpy()[mine].sum() == min(3, (scores[mine] > 0).sum())
