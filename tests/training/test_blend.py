"""The hybrid's weights, learned on validation fans."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.models.hybrid import Hybrid
from recsys.training import blend
from recsys.training.neural import Checks
from tests.training.trained import SmallModels


def test_each_count_is_averaged_with_its_neighbours():
    """Alone the second count would choose the first column, for a lucky fan or two."""
    gains = np.array([[0.1, 0.4, 0.0], [0.5, 0.4, 0.0], [0.1, 0.4, 0.0], [0.0, 0.1, 0.9]])
    assert blend._best_near(gains).tolist() == [1, 1, 1, 2]


@pytest.mark.parametrize(("spoilt", "share"), [("past", 1.0), ("long", 0.0)])
def test_the_linear_model_that_knows_better_is_found_for_every_length(
    small_models: SmallModels, monkeypatch: pytest.MonkeyPatch, spoilt: str, share: float
):
    """The other one says the opposite of what it has learned. The network has no say: here it is better than both."""
    model = small_models["hybrid"].model
    assert isinstance(model, Hybrid)
    linear = getattr(model.watching, spoilt)
    opposite = replace(linear, values=-linear.values, base=-linear.base, era_base=-linear.era_base)
    model = model.with_parts(watching=replace(model.watching, **{spoilt: opposite}))
    monkeypatch.setattr(blend, "_BESIDE_LONG", (0.0,))
    learned = blend._Past(model, Checks.of(small_models.run.lists, model.item_ids, 0).fans, (1, 3, 5)).long_shares(0.0)
    assert np.abs(np.array(learned) - share).max() <= 0.2


def test_weights_are_learned_at_the_counts_that_fans_reach(small_models: SmallModels):
    model = small_models["hybrid"].model
    assert isinstance(model, Hybrid)
    mixing, fans = model.watching.mixing, Checks.of(small_models.run.lists, model.item_ids, 0).fans
    reached = [k for k in blend.ORDER_COUNTS if next(fans.ranked(k), None)]
    assert list(mixing.counts) == reached
    assert len(mixing.net_weights) == len(mixing.long_shares) == len(reached) < len(blend.ORDER_COUNTS)


def test_without_validation_fans_the_weights_stay(small_models: SmallModels):
    model = small_models["hybrid"].model
    assert isinstance(model, Hybrid)
    nobody = replace(Checks.of(small_models.run.lists, model.item_ids, 0).fans, items=[], scores=[])
    assert blend._mixed_past(model, nobody) is model
