"""Which ratings narrow a fan's intervals, on factors few enough to work them out by hand."""

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import RecsysError
from recsys.models.band import Band
from recsys.models.svd import SVD
from recsys.serving import narrowing
from recsys.serving.engine import Engine
from recsys.types import Profile, Title
from tests.serving.conftest import Toy

#: Titles 1 to 3 need one taste, 4 to 6 another; 6 is a sequel of 5, 7 has not aired.
_MEMBERS = (900, 800, 100, 900, 700, 600, 500)
TITLES = [
    Title(i, f"Title {i}", type="TV", members=_MEMBERS[i - 1], status="Not yet aired" if i == 7 else "Finished Airing",
          franchise_id=5 if i in (5, 6) else None, requires=(5,) if i == 6 else ())
    for i in range(1, 8)
]  # fmt: skip
TASTES = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [0, 1], [0, 1]], np.float32)


def svd() -> SVD:
    band = Band(np.array([0.0]), np.array([-1.28]), np.array([1.28]))
    return SVD(np.arange(1, 8), np.full(7, 7, np.float32), TASTES, np.ones(7, np.float32), band, fan_dof=5.0)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Catalogue.from_rows(TITLES), [Toy7(), svd()], np.full(7, 100))


class Toy7(Toy):
    item_ids = np.arange(1, 8)
    means = np.full(7, 7.0)


def ids(found: list[narrowing.Rating]) -> list[int]:
    return [one.anime_id for one in found]


def test_titles_of_the_same_taste_narrow_a_title(engine):
    found = narrowing.of_title(engine, Profile(), 3, "svd")
    assert ids(found) == [1, 2]  # of the other taste, none changes anything
    # Variance 1 + 1 before; one rating leaves 1 - 1/2 + 1, two leave 1/3 + 1.
    assert [one.width for one in found] == pytest.approx([np.sqrt(1.5 / 2), np.sqrt((4 / 3) / 2)])


def test_the_width_is_that_after_the_rating(engine):
    model, none = svd(), np.empty(0, np.intp)
    fan = model.fold_in(np.array([3]), np.array([8.0]), none)
    after = model.fold_in(np.array([3, 4]), np.array([8.0, 6.0]), none)
    expected = np.sqrt((model.variance(after, [5])[0] / after.scale) / (model.variance(fan, [5])[0] / fan.scale))
    found = narrowing.of_title(engine, Profile(scores={4: 8}), 6, "svd", n=1)
    assert ids(found) == [5]
    assert found[0].width == pytest.approx(expected)


def test_what_was_watched_without_a_score_comes_first(engine):
    found = narrowing.of_title(engine, Profile(seen={3}), 2, "svd")
    assert [(one.anime_id, one.begun) for one in found] == [(3, True), (1, False)]


def test_what_cannot_be_known_is_not_asked_about(engine):
    fan = Profile(planned={4})
    assert ids(narrowing.of_title(engine, fan, 7, "svd")) == [5]  # 4 is planned, 6 a sequel of what is unseen
    assert ids(narrowing.of_title(engine, fan, 7, "svd", skip=frozenset({5}))) == []
    assert 7 not in ids(narrowing.of_title(engine, Profile(), 5, "svd"))


def test_all_titles_together(engine):
    found = narrowing.of_all(engine, Profile(), "svd", n=4)
    assert {i <= 3 for i in ids(found)[:2]} == {True, False}  # one of each taste
    widths = [one.width for one in found]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] < 1
    assert ids(narrowing.of_all(engine, Profile(seen={3}), "svd", n=1)) == [3]


def test_a_model_whose_intervals_depend_on_the_number_of_ratings_alone(engine):
    with pytest.raises(RecsysError, match="factors"):
        narrowing.of_title(engine, Profile(), 3, "toy")
