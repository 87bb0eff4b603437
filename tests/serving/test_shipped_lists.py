"""What the shipped models recommend to fans of today and to fans who give no scores."""

import pytest

import recsys
from recsys import Filters, Profile
from recsys.serving import elicit

#: As on the Recommend page: its rules, its diversity, and "Balanced".
RULES = Filters(franchise_rules=True)
DIVERSITY, BALANCED = 0.3, 0.5

CLASSIC = Profile(scores={5114: 9, 1535: 8, 30276: 9})
#: Eight well-known titles of 2022 to 2025.
RECENT = Profile(scores={52991: 9, 51009: 9, 44511: 8, 50265: 8, 57334: 9, 54492: 9, 49596: 8, 50709: 8})
#: Ten school comedies.
COMEDIES = frozenset({5680, 7791, 9734, 849, 4382, 4224, 6045, 14741, 3457, 8937})
#: Genres, and well-known titles of each that a fan of it may name.
OF_ONE_GENRE = [
    ("Romance", (42897, 37999, 4224, 6045, 38680, 41389)),
    ("Romance", (4224, 6045, 2034, 2167, 853)),
    ("Romance", (48736, 52578, 57181, 55866, 59845)),
    ("Isekai", (39535, 31240, 37430, 37984, 35790, 48316)),
    ("Sports", (20583, 49596, 11771, 170, 263)),
    ("Mecha", (90, 474, 30, 1575, 2001, 182)),
    ("CGDCT", (5680, 34798, 17549, 477, 1852)),
    ("Psychological", (19, 33, 339, 26, 437)),
    ("Horror", (11111, 934, 7724, 15037)),
    ("Music", (877, 57, 5680, 47917, 39533)),
    ("Mystery", (12189, 19, 934, 235, 54492)),
]


@pytest.fixture(scope="module")
def engine(shipped_engine: recsys.Engine) -> recsys.Engine:
    return shipped_engine


def ten(engine: recsys.Engine, fan: Profile, model: str | None = None, discovery: float = 0.0) -> list[int]:
    picks = engine.recommend(fan, model, 10, RULES, discovery, diversity=DIVERSITY)
    return [pick.anime_id for pick in picks]


def test_from_2022_on_a_classic_fan_gets_titles_that_such_fans_know(engine):
    picks = engine.recommend(CLASSIC, filters=Filters(year_from=2022))
    assert 52991 in [pick.anime_id for pick in picks[:3]]


def test_a_fan_of_recent_titles_gets_recent_titles(engine):
    years = [engine.title(anime_id).year or 0 for anime_id in ten(engine, RECENT, discovery=BALANCED)]
    assert sum(year >= 2020 for year in years) >= 6


@pytest.mark.parametrize("model", ["neural", "hybrid"])
def test_titles_watched_without_scores_make_a_list_personal(engine, model):
    fan, everybody = Profile(seen=COMEDIES), set(ten(engine, Profile(), model))
    own = ten(engine, fan, model)
    assert len(everybody & set(own)) <= 3
    comedies = ["Comedy" in engine.title(anime_id).genres for anime_id in own]
    assert sum(comedies) > sum("Comedy" in engine.title(anime_id).genres for anime_id in everybody)
    pick = engine.recommend(fan, model, 1, RULES)[0]
    assert pick.reasons
    assert all(reason.score is None for reason in pick.reasons)


def test_the_sum_of_effects_is_the_prediction_for_titles_with_and_without_scores(engine):
    fan = Profile(scores=RECENT.scores, seen=COMEDIES)
    for model in engine.models:
        found = engine.explain(fan, 1535, model)
        assert found.predicted == pytest.approx(min(max(found.unclipped, 1), 10), abs=1e-3)


def test_a_third_of_what_a_new_fan_is_asked_about_is_recent(engine):
    asked = [engine.title(anime_id) for anime_id in elicit.next_titles(engine, Profile(), 12)]
    assert sum((title.year or 0) >= 2021 for title in asked) >= 4
    assert len({title.franchise_id or -title.anime_id for title in asked}) == 12


def test_a_list_of_all_years_gets_recent_titles_too(engine):
    """A fifth of it is from 2021 on, as of many lists that were begun long ago."""
    older = {1: 9, 5114: 10, 1535: 8, 30276: 9, 16498: 8, 9253: 10, 11061: 9, 2904: 9, 4181: 8, 199: 9, 31964: 7, 20: 7}
    fan = Profile(scores=older | {52991: 9, 50265: 8, 51009: 8})
    years = [engine.title(anime_id).year or 0 for anime_id in ten(engine, fan)]
    assert sum(year >= 2021 for year in years) >= 2


@pytest.mark.parametrize("scored", [True, False])
def test_short_lists_of_one_genre_get_mostly_that_genre(engine, scored):
    """Of all their tens together; fans of romance of 2022 to 2025 get least of it."""
    found = 0
    for genre, titles in OF_ONE_GENRE:
        fan = Profile(scores=dict.fromkeys(titles, 9)) if scored else Profile(seen=frozenset(titles))
        own = (engine.title(anime_id) for anime_id in ten(engine, fan))
        found += sum(genre in (*title.genres, *title.themes) for title in own)
    assert found > 6 * len(OF_ONE_GENRE)


def test_asking_for_more_keeps_the_titles_that_come_first(engine):
    for fan in (Profile(), CLASSIC, Profile(seen=COMEDIES)):
        for model in engine.models:
            folding = engine.fold_in(fan, model)
            n_found = (
                [pick.anime_id for pick in engine.recommend(folding, model, n, RULES, diversity=DIVERSITY, reasons=0)]
                for n in (10, 20, 30, 60)
            )
            *fewer, most = n_found
            assert all(found == most[: len(found)] for found in fewer), model
