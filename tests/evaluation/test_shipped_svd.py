"""The shipped SVD on real held-out fans."""

from pathlib import Path

import numpy as np
import pytest

from recsys.data import manifest
from recsys.data.ratings import load_arrays
from recsys.evaluation.fold_in import COUNTS, FoldInFigures, figures
from recsys.holdout.reveal import fan_lists
from recsys.models import store
from recsys.prepare.report import Report

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def rows(real_lists: tuple[Path, Report]) -> dict[str, list[FoldInFigures]]:
    ratings, shipped = load_arrays(real_lists[0]), manifest.read(ROOT / "artifacts")
    result = {}
    for name in ("popularity", "svd"):
        model = store.load(name, shipped.path(store.file_name(name)))
        result[name] = list(figures(model, fan_lists(ratings, "test", model.item_ids)))
    return result


@pytest.mark.parametrize("name", ["popularity", "svd"])
def test_the_80_percent_bands_cover_80_percent_within_3_points(rows, name):
    assert [row.known for row in rows[name]] == list(COUNTS)
    assert all(row.fans > 200 for row in rows[name])
    coverages = [row.coverage for row in rows[name]]
    np.testing.assert_allclose(coverages, 0.8, atol=0.03)


def test_every_rating_helps(rows):
    """Up to 10 the fans asked are the same; later only those with long lists are left."""
    errors = [row.rmse for row in rows["svd"] if row.known <= 10]
    assert (np.diff(errors) < 0).all()
    assert all(ours.rmse < theirs.rmse for ours, theirs in zip(rows["svd"], rows["popularity"], strict=True))
