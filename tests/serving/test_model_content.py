"""The facts that a model knows of titles are read from the model."""

from types import SimpleNamespace

from recsys import Engine
from recsys.models.hybrid import Hybrid
from recsys.serving.model_content import content_of


def known(*names: str) -> tuple[str, ...]:
    model = Hybrid.__new__(Hybrid)
    model.placement = SimpleNamespace(names=names)
    return content_of(SimpleNamespace(aligned=lambda name: SimpleNamespace(model=model)), "hybrid")


def test_facts_are_named_once_and_in_one_order():
    assert known("type TV", "genre Action", "genre Drama", "year from 2021") == ("genres", "type", "year")


def test_a_value_that_begins_like_another_fact_is_not_taken_for_it():
    assert known("tag season of rain", "mean score known") == ("tags", "MyAnimeList's mean score")
    assert known() == ()


def test_the_shipped_models(shipped_engine: Engine):
    of_hybrid = content_of(shipped_engine, "hybrid")
    assert {"genres", "tags", "studios", "source", "year", "number of episodes"} <= set(of_hybrid)
    assert content_of(shipped_engine, "neural") == content_of(shipped_engine, "svd") == ()
