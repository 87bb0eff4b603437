"""Asking new fans about titles, in one order or another, and how well they are known after so many answers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.metrics import rmse
from recsys.holdout.reveal import MAX_HIDDEN, FanLists
from recsys.models.base import Floats, Items
from recsys.models.svd import SVD, FoldedFan
from recsys.serving import elicit

#: Numbers of answers and of questions after which errors are taken.
ANSWERS = (1, 3, 5, 10)
QUESTIONS = (10, 25, 50, 100)
#: Fans with fewer ratings leave too few titles to ask about.
MIN_RATINGS = 60

#: What to ask, best first, given the fan so far and which titles (n_items,) were not asked about yet.
Strategy = Callable[[FoldedFan, NDArray[np.bool_]], Items]


@dataclass(frozen=True)
class Asked:
    """One strategy over all fans. `by_answers`: number of answers -> RMSE of hidden scores; `questions`: the same
    -> mean number of questions that it took; `by_questions`: number of questions -> RMSE."""

    by_answers: dict[int, float]
    questions: dict[int, float]
    by_questions: dict[int, float]
    fans: int


def strategies(model: SVD, chance: Floats, seed: int) -> dict[str, Strategy]:
    """The most telling titles first; the likeliest seen first; any title."""
    rng = np.random.default_rng(seed)
    popular = np.argsort(-chance, kind="stable")
    return {
        "telling": lambda fan, allowed: elicit.ranking(model, fan, chance, allowed),
        "popular": lambda fan, allowed: popular[allowed[popular]],
        "random": lambda fan, allowed: rng.permutation(np.flatnonzero(allowed)),
    }


def compare(model: SVD, fans: FanLists, chance: Floats, seed: int = 0) -> dict[str, Asked]:
    """Ask every fan with at least 60 ratings by each strategy. Half of the ratings can be answers, up to 100 of the
    others are hidden; a title that the fan did not rate gets no answer. Fans of whom a strategy does not get
    `max(ANSWERS)` answers are left out for all, so that figures compare.

    `chance` (n_items,) is that a fan has seen a title, on any scale.
    """
    orders = strategies(model, chance, seed)
    talks: dict[str, list[_Talk]] = {name: [] for name in orders}
    actual = []
    for items, scores in zip(fans.items, fans.scores, strict=True):
        if len(items) < MIN_RATINGS:
            continue
        half = len(items) // 2
        hidden = slice(half, half + MAX_HIDDEN)
        held = {name: _talk(model, items[:half], scores[:half], items[hidden], orders[name]) for name in orders}
        if all(len(talk.asked) > max(ANSWERS) for talk in held.values()):
            actual.append(scores[hidden])
            for name, talk in held.items():
                talks[name].append(talk)
    return {name: _summary(held, actual) for name, held in talks.items()}


@dataclass(frozen=True)
class _Talk:
    """`asked`: how many questions there had been at the first, second, … answer, from 0 at none; `predicted`: the
    hidden titles' scores as predicted then."""

    asked: list[int]
    predicted: list[Floats]

    def after(self, questions: int) -> Floats:
        return self.predicted[int(np.searchsorted(self.asked, questions, side="right")) - 1]


def _talk(model: SVD, items: Items, scores: Floats, hidden: Items, order: Strategy) -> _Talk:
    allowed = np.ones(model.n_items, dtype=bool)
    given = np.full(model.n_items, np.nan)
    given[items] = scores
    known = np.empty(0, np.intp)
    talk = _Talk([], [])
    asked = 0
    while True:
        fan = model.fold_in(known, given[known], np.empty(0, np.intp))
        talk.asked.append(asked)
        talk.predicted.append(model.predict(fan)[hidden])
        if len(known) >= max(ANSWERS) and asked >= max(QUESTIONS):
            return talk
        questions = order(fan, allowed)
        answers = np.flatnonzero(~np.isnan(given[questions]))
        if not len(answers):
            return talk
        allowed[questions[: answers[0] + 1]] = False
        asked += int(answers[0]) + 1
        known = np.append(known, questions[answers[0]])


def _summary(talks: list[_Talk], actual: list[Floats]) -> Asked:
    scores = np.concatenate(actual)
    return Asked(
        by_answers={n: rmse(np.concatenate([talk.predicted[n] for talk in talks]), scores) for n in ANSWERS},
        questions={n: float(np.mean([talk.asked[n] for talk in talks])) for n in ANSWERS},
        by_questions={n: rmse(np.concatenate([talk.after(n) for talk in talks]), scores) for n in QUESTIONS},
        fans=len(talks),
    )
