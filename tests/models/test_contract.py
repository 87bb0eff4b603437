"""Every model of the registry passes the contract."""

import numpy as np

from recsys.models import store
from tests.models.contract import ModelContract


class TestPopularity(ModelContract):
    name = "popularity"
    rmse = (1.8, 2.4)
    personal = False

    def test_titles_are_ordered_by_raters(self, model):
        watch = model.watch(model.fold_in(*(np.empty(0, kind) for kind in (np.intp, float, np.intp))))
        np.testing.assert_array_equal(np.argsort(watch), np.argsort(model.raters))


class TestSVD(ModelContract):
    name = "svd"
    rmse = (0.7, 1.1)


class TestNeural(ModelContract):
    name = "neural"
    rmse = (0.7, 1.4)


class TestHybrid(ModelContract):
    name = "hybrid"
    rmse = (0.7, 1.2)


def test_every_model_has_a_suite():
    assert {suite.name for suite in ModelContract.__subclasses__()} == set(store.REGISTRY)


def test_every_model_has_a_label_of_its_own():
    labels = [model.label for model in store.REGISTRY.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_models_are_listed_from_the_simplest_on():
    assert list(store.REGISTRY) == ["popularity", "svd", "neural", "hybrid"]
