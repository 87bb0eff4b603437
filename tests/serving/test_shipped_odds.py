"""The chances of scores that ship with the models."""

import pytest

from recsys import Engine
from recsys.models.odds import PLAIN


@pytest.mark.parametrize("model", ["popularity", "svd", "neural", "hybrid"])
def test_every_shipped_model_has_chances_fitted_to_it(model: str, shipped_engine: Engine):
    assert shipped_engine.aligned(model).odds != PLAIN
