"""The map of titles, with coordinates chosen by hand."""

from pathlib import Path

import numpy as np
import pytest

from recsys.data import atlas as places
from recsys.data import manifest
from recsys.data.catalogue import Catalogue
from recsys.serving import atlas
from recsys.serving.recommending import Scored
from recsys.types import Title

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Many sports titles on the left, many dramas on the right, and three others."""
    heaps = [Title(100 + i, f"Goal {i}", genres=("Sports",), members=i, year=2000) for i in range(40)]
    heaps += [Title(200 + i, f"Tears {i}", genres=("Drama",), members=i) for i in range(160)]
    named = [
        Title(1, "Idol Mecha", genres=("Mecha", "Music"), members=9_000),
        Title(2, "Nameless", genres=("Comedy",), members=8_000, year=1999),
        Title(3, "Behind the curtain", genres=("Hentai",), adult=True, members=5),
    ]
    return Catalogue.from_rows([*named, *heaps])


@pytest.fixture(scope="module")
def folder(tmp_path_factory, catalogue):
    ids = np.append(catalogue.ids, 999)  # the last is in no catalogue
    around = np.random.default_rng(0).uniform(-0.2, 0.2, (2, len(ids)))
    x = np.where(ids < 100, ids, np.where(ids < 200, -3, 3)) + around[0]
    y = np.where(ids < 100, 6 - 3 * ids, 0) + around[1]
    folder = tmp_path_factory.mktemp("atlas")
    with manifest.writing(folder) as batch:
        places.write(places.Places(ids, x.astype(np.float32), y.astype(np.float32)), batch.path(places.FILE))
    return folder


@pytest.fixture(scope="module")
def title_map(folder, catalogue):
    return atlas.load(folder, catalogue)


def test_the_map_has_titles_of_the_catalogue_and_adult_ones_on_request(title_map, folder, catalogue):
    assert title_map.at(2) == 1
    assert title_map.at(3) is None
    assert title_map.at(999) is None
    assert atlas.load(folder, catalogue, adult=True).at(3) == 2
    assert title_map.years[title_map.at(2)] == 1999
    assert title_map.members[title_map.at(1)] == 9_000


def test_find_keeps_the_order_and_skips_unknown_titles(title_map):
    assert title_map.anime_ids[title_map.find([139, 3, 1, 77, 100])].tolist() == [139, 1, 100]
    assert title_map.find([]).tolist() == []


def test_the_first_kind_that_applies_wins(title_map):
    kinds = list(atlas.KINDS)
    assert kinds[title_map.kinds[title_map.at(1)]] == "Music"
    assert kinds[title_map.kinds[title_map.at(100)]] == "Action & adventure"
    assert title_map.kinds[title_map.at(2)] == len(kinds)


def test_nearest_titles_without_the_title_itself(title_map):
    near = title_map.anime_ids[title_map.nearest(title_map.at(100), 39)]
    assert sorted(near.tolist()) == list(range(101, 140))
    apart = np.hypot(title_map.x - title_map.x[title_map.at(100)], title_map.y - title_map.y[title_map.at(100)])[
        title_map.nearest(title_map.at(100), 39)
    ]
    assert (np.diff(apart) >= 0).all()
    assert len(title_map.nearest(0, 10_000)) == len(title_map.anime_ids) - 1


def test_a_region_is_where_its_genre_is_dense_and_lists_its_most_watched(title_map):
    region = next(region for region in title_map.regions if region.name == "Sports")
    assert region.x == pytest.approx(-3, abs=0.3)
    assert {int(title_map.anime_ids[i]) for i in region.best} <= set(range(100, 140))
    assert (np.diff(title_map.members[list(region.best)]) < 0).all()


def test_a_genre_of_nearly_all_titles_has_no_region(title_map):
    assert "Drama" not in [region.name for region in title_map.regions]


def test_famous_titles_are_apart_from_each_other_and_from_regions(title_map):
    chosen = title_map.famous(5, (0.5, 0.5))
    assert [int(title_map.anime_ids[i]) for i in chosen[:2]] == [1, 2]
    spots = [(title_map.x[i], title_map.y[i]) for i in chosen] + [(region.x, region.y) for region in title_map.regions]
    assert all(abs(a - c) >= 0.5 or abs(b - d) >= 0.5 for k, (a, b) in enumerate(spots) for c, d in spots[:k])


def test_predictions_in_the_order_of_the_map_are_nan_for_titles_not_scored(title_map):
    ids = np.array([2, 100, 5_000])
    scored = Scored(ids, np.array([7.5, 3.0, 9.0]), np.zeros(3), np.zeros(3, int))
    predicted = scored.predicted_for(title_map.anime_ids)
    assert predicted[title_map.at(2)] == 7.5
    assert predicted[title_map.at(100)] == 3.0
    assert np.isnan(predicted[title_map.at(1)])
    assert np.isfinite(predicted).sum() == 2


def test_the_shipped_map_is_of_the_shipped_svd():
    """Fails when the SVD was trained again and the map was not: run python -m scripts.train atlas."""
    described = manifest.read(ROOT / "artifacts")
    origin = described.files[places.FILE]["from"]
    assert origin["sha256"] == described.files[origin["file"]]["sha256"]
    shipped = atlas.load(described.folder, Catalogue.load(described.path("catalogue.parquet")))
    assert len(shipped.anime_ids) > 6_000
    assert described.path(places.FILE).stat().st_size < 200_000
