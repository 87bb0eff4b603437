"""The chances of scores that ship with the models."""

import pytest

import recsys
from recsys.models.odds import PLAIN


@pytest.mark.parametrize("model", ["popularity", "svd", "neural", "hybrid"])
def test_every_shipped_model_has_chances_fitted_to_it(model):
    assert recsys.load("artifacts").aligned(model).odds != PLAIN
