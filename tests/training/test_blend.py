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
def test_lists_of_all_lengths_are_served_by_the_linear_model_that_knows_more(
    small_models: SmallModels, spoilt: str, share: float
):
    """One of the two gives arbitrary scores."""
    model = small_models["hybrid"].model
    assert isinstance(model, Hybrid)
    linear, rng = getattr(model.watching, spoilt), np.random.default_rng(0)
    values, base = 10 * rng.normal(size=linear.values.shape), 10 * rng.normal(size=linear.base.shape)
    linear = replace(linear, values=values.astype(np.float16), base=base.astype(np.float32))
    model = model.with_parts(watching=replace(model.watching, **{spoilt: linear}))
    fans = Checks.of(small_models.run.lists, model.item_ids, 0).fans
    learned = blend._with_long_shares(model, fans).watching.mixing
    assert np.abs(np.array(learned.long_shares) - share).max() <= 0.2


def test_counts_with_too_few_fans_are_weighed_as_the_count_before(small_models: SmallModels):
    model = small_models["hybrid"].model
    assert isinstance(model, Hybrid)
    fans = Checks.of(small_models.run.lists, model.item_ids, 0).fans
    found = blend._gains(model, fans, lambda case: [float(len(case.known))])[:, 0]
    n_fans = [sum(1 for _ in fans.ranked(k)) for k in blend.ORDER_COUNTS]
    longest = max(k for k, n in zip(blend.ORDER_COUNTS, n_fans, strict=True) if n >= 20)
    assert 0 < min(n_fans[:5]) < 20
    np.testing.assert_array_equal(found, np.minimum(blend.ORDER_COUNTS, longest))


def test_without_validation_fans_the_weights_stay(small_models: SmallModels):
    model = small_models["hybrid"].model
    assert isinstance(model, Hybrid)
    nobody = replace(Checks.of(small_models.run.lists, model.item_ids, 0).fans, items=[], scores=[])
    assert blend._mixed_past(model, nobody) is model
