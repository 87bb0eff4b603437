"""Facts that a model has of titles, named after its features."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from recsys.data import content
from recsys.data.catalogue import Catalogue
from recsys.models.hybrid import Hybrid
from recsys.serving.model_content import content_of
from recsys.types import Title


def known(*names: str) -> tuple[str, ...]:
    """The facts of a hybrid with features of these names."""
    model = Mock(spec=Hybrid, placement=SimpleNamespace(names=names))
    return content_of(Mock(aligned=lambda name: SimpleNamespace(model=model)), "hybrid")


@pytest.mark.parametrize(
    ("fact", "feature"),
    [
        ("genres", "genre Drama"),
        ("age rating", "rated PG-13 - Teens 13 or older"),
        ("number of episodes", "episodes from 14"),
        ("whether it continues another title", "continues another"),
        ("MyAnimeList's mean score", "mean score known"),
        ("number of members", "members"),
    ],
)
def test_a_fact_is_named_after_its_feature(fact, feature):
    assert known(feature) == (fact,)


def test_each_fact_is_named_once():
    assert known("studio One", "studio Two", "type TV") == ("studios", "type")


def test_every_feature_of_the_vocabulary_has_a_name():
    many = {"genres": ("Drama",), "themes": ("School",), "demographics": ("Josei",), "tags": ("Cooking",)}
    titles = [
        Title(i, f"Title {i}", type="TV", season="Fall", source="Manga", age_rating="PG", studios=("Made-up",), **many)
        for i in range(1, 30)
    ]
    names = content.vocabulary(Catalogue.from_rows(titles))
    assert all(known(name) for name in names)


def test_models_that_place_no_titles_have_no_facts():
    assert content_of(Mock(aligned=lambda name: SimpleNamespace(model=object())), "svd") == ()
