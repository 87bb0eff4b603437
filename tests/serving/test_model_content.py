"""Facts that a model was given as content, found in its features."""

from types import SimpleNamespace

import numpy as np
import pytest

import recsys
from recsys.data.catalogue import Catalogue
from recsys.serving.model_content import content_of
from recsys.types import Title

RNG = np.random.default_rng(0)
TITLES = [
    Title(
        number,
        f"Title {number}",
        type=str(RNG.choice(["TV", "Movie"])),
        source=str(RNG.choice(["Manga", "Original"])),
        episodes=int(RNG.integers(1, 40)),
        year=int(RNG.integers(1950, 2000)),
        members=int(RNG.integers(1, 50)),
        genres=(str(RNG.choice(["Action", "Drama"])),),
        studios=(str(RNG.choice(["Made-up Studio", "Another"])),),
        age_rating=str(RNG.choice(["PG", "R"])),
        requires=(number - 1,) if number > 1 and RNG.random() < 0.3 else (),
    )
    for number in range(1, 201)
]
CATALOGUE = Catalogue.from_rows(TITLES)


def known(*columns: np.ndarray) -> tuple[str, ...]:
    """The facts found for a model of all titles with these content features."""
    net = SimpleNamespace(content=np.column_stack([np.zeros(len(TITLES)), *columns]).astype(np.float32))
    aligned = SimpleNamespace(model=SimpleNamespace(net=net), positions=np.arange(len(TITLES)))
    return content_of(SimpleNamespace(aligned=lambda name: aligned, catalogue=CATALOGUE), "hybrid")


@pytest.mark.parametrize(
    ("fact", "feature"),
    [
        ("genres", lambda title: "Drama" in title.genres),
        ("type", lambda title: title.type == "TV"),
        ("source", lambda title: title.source == "Original"),
        ("age rating", lambda title: title.age_rating == "PG"),
        ("studios", lambda title: "Made-up Studio" in title.studios),
        ("number of episodes", lambda title: 10 <= title.episodes < 20),
        ("year", lambda title: title.year < 1960),
        ("number of members", lambda title: title.members >= 30),
        ("whether it continues another title", lambda title: bool(title.requires)),
    ],
)
def test_a_fact_is_found_by_its_feature_alone(fact, feature):
    assert known(np.array([feature(title) for title in TITLES])) == (fact,)


def test_a_corrected_fact_of_one_title_does_not_hide_it():
    feature = np.array([title.type == "TV" for title in TITLES])
    feature[0] = False
    assert known(feature) == ("type",)


def test_a_fact_that_the_catalogue_learned_of_more_titles_is_still_found():
    years = np.array([title.year for title in TITLES])
    feature = (years >= 1960) & (years < 1970)
    feature[np.flatnonzero(feature)[::4]] = False
    feature[np.argmax(years)] = True
    assert known(feature) == ("year",)


def test_features_like_no_fact_are_not_named():
    assert known(np.random.default_rng(0).random(len(TITLES)) < 0.5) == ()


def test_models_without_content_know_nothing():
    plain = SimpleNamespace(model=SimpleNamespace(), positions=np.arange(3))
    assert content_of(SimpleNamespace(aligned=lambda name: plain, catalogue=CATALOGUE), "svd") == ()


def test_the_shipped_hybrid_knows_neither_studio_nor_source():
    engine = recsys.load("artifacts")
    assert {"genres", "type", "season", "year", "number of episodes"} <= set(content_of(engine, "hybrid"))
    assert not {"studios", "source", "age rating"} & set(content_of(engine, "hybrid"))
    assert content_of(engine, "neural") == ()
