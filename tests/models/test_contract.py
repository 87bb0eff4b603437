"""Every model of the registry passes the contract."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.models import store
from recsys.models.base import Model
from recsys.training import hybrid, neural, popularity, svd_trainer
from recsys.training.ease import DenoisingConfig
from tests.models.contract import ModelContract
from tests.training import small
from tests.training.test_networks import NET, SCHEDULE


class TestPopularity(ModelContract):
    name = "popularity"
    rmse = (1.8, 2.4)
    personal = False

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory) -> Model:
        return popularity.train(small.run(tmp_path_factory.mktemp("data"))).model

    def test_titles_are_ordered_by_raters(self, model):
        watch = model.watch(model.fold_in(*(np.empty(0, kind) for kind in (np.intp, float, np.intp))))
        np.testing.assert_array_equal(np.argsort(watch), np.argsort(model.raters))


class TestSVD(ModelContract):
    name = "svd"
    rmse = (0.7, 1.1)

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory) -> Model:
        return svd_trainer.train(small.run(tmp_path_factory.mktemp("data")), preset="article").model


class TestNeural(ModelContract):
    name = "neural"
    rmse = (0.7, 1.4)

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory) -> Model:
        return neural.train(small.run(tmp_path_factory.mktemp("data")), neural.NeuralConfig(NET, SCHEDULE)).model


class TestHybrid(ModelContract):
    name = "hybrid"
    rmse = (0.7, 1.2)

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory) -> Model:
        net, linear = replace(NET, id_dropout=0.2), DenoisingConfig(ridge=1, kept=20)
        config = hybrid.HybridConfig(net=net, schedule=SCHEDULE, linear=linear)
        return hybrid.train(small.run(tmp_path_factory.mktemp("data")), config).model


def test_every_model_has_a_suite():
    assert {suite.name for suite in ModelContract.__subclasses__()} == set(store.REGISTRY)


def test_every_model_has_a_label_of_its_own():
    labels = [model.label for model in store.REGISTRY.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_models_are_listed_from_the_simplest_on():
    assert list(store.REGISTRY) == ["popularity", "svd", "neural", "hybrid"]
