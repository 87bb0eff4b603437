"""Filters by tag, time to watch, service and country."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import ProfileError
from recsys.serving import choices, recommending
from recsys.types import Filters, Profile, Title


def on(*services: str) -> tuple[tuple[str, str], ...]:
    return tuple((service, "https://example.org/watch") for service in services)


TITLES = [
    Title(1, "Film", type="Movie", episodes=1, duration_min=100, genres=("Drama",), tags=("Tragedy",)),
    Title(2, "Series", type="TV", episodes=12, duration_min=24, tags=("Tragedy", "School"), streaming=on("Netflix")),
    Title(3, "Long", type="TV", episodes=100, themes=("School",), streaming=on("U-NEXT")),
    Title(4, "Short", type="ONA", duration_min=5, demographics=("Kids",), streaming=on("Viu", "Bilibili")),
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.from_rows(TITLES)


def left(catalogue: Catalogue, filters: Filters) -> recommending.Candidates:
    every = np.ones(len(TITLES), bool)
    return recommending.candidates(
        catalogue, Profile(), filters, scorable=every, raters=np.ones(len(TITLES), np.int64), min_raters=0
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(tags=("tragedy",)), [1, 2]),
        (Filters(tags=("Tragedy", "School")), [2]),
        (Filters(tags=("Drama",)), [1]),
        (Filters(tags=("Kids",)), [4]),
        (Filters(without_tags=("School",)), [1, 4]),
        (Filters(without_tags=("School", "kids")), [1]),
        (Filters(minutes_to=100), [1]),
        (Filters(minutes_to=288), [1, 2]),
        (Filters(minutes_to=10_000), [1, 2, 3]),
        (Filters(services=("netflix",)), [2]),
        (Filters(services=("Netflix", "Viu")), [2, 4]),
        (Filters(services=("Netflix",), unknown_services=True), [1, 2]),
        (Filters(services=("Crunchyroll",)), []),
        (Filters(country="JP"), [2, 3]),
        (Filters(country="sg"), [2, 4]),
        (Filters(country="DE"), [2]),
        (Filters(country="DE", unknown_services=True), [1, 2]),
        (Filters(services=("Viu", "Bilibili"), country="CN"), [4]),
        (Filters(services=("Viu", "U-NEXT"), country="DE"), []),
    ],
)
def test_what_is_left(catalogue, filters, expected):
    found = left(catalogue, filters)
    assert catalogue.ids[found.allowed].tolist() == expected


def test_titles_without_a_known_service_are_counted(catalogue):
    dropped, kept = (left(catalogue, Filters(country="DE", unknown_services=keep)) for keep in (False, True))
    assert (dropped.removed["no known service"], dropped.without_service) == (1, 0)
    assert ("no known service" in kept.removed, kept.without_service) == (False, 1)
    assert left(catalogue, Filters()).without_service == 1


def test_an_unknown_tag_is_an_error_that_names_similar_ones(catalogue):
    for filters in (Filters(tags=("Scool",)), Filters(without_tags=("Scool",))):
        with pytest.raises(ProfileError, match="Did you mean School"):
            left(catalogue, filters)


def test_an_unknown_service_is_an_error_that_names_the_known_ones(catalogue):
    with pytest.raises(ProfileError, match="Netflix, Viu, U-NEXT, Bilibili"):
        left(catalogue, Filters(services=("Netflux",)))


def test_services_of_many_countries_come_first(catalogue):
    assert choices.service_names(catalogue) == ("Netflix", "Viu", "U-NEXT", "Bilibili")


@pytest.mark.parametrize(
    "bad",
    [
        {"country": "Germany"},
        {"country": "XX"},
        {"country": ""},
        {"country": 49},
        {"minutes_to": 0},
        {"minutes_to": -5},
        {"minutes_to": float("nan")},
        {"minutes_to": "90"},
        {"tags": "School"},
        {"without_tags": "School"},
        {"services": "Netflix"},
    ],
)
def test_bad_values_are_refused_at_once(bad):
    with pytest.raises(ProfileError, match=next(iter(bad))):
        Filters(**bad)
