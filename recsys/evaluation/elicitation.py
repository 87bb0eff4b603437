"""Compare orders of asking a new fan about titles: the error of predictions after some answers or questions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.holdout.metrics import rmse
from recsys.holdout.reveal import MAX_HIDDEN, FanLists
from recsys.models.base import Floats, Items
from recsys.models.svd import SVD, FoldedFan
from recsys.serving import elicit

#: Numbers of answers, and of questions, after which errors are measured.
ANSWERS = (1, 3, 5, 10)
QUESTIONS = (10, 25, 50, 100)
#: Fans with fewer ratings are left out: too few of their titles can be asked about.
MIN_RATINGS = 60

#: Titles to ask about, best first, given the fan and a mask (n_items,) of titles not asked about yet.
Strategy = Callable[[FoldedFan, NDArray[np.bool_]], Items]


@dataclass(frozen=True)
class Asked:
    """Results of one strategy over all fans. `by_answers`: number of answers -> RMSE of hidden scores; `questions`:
    number of answers -> mean number of questions asked for them; `by_questions`: number of questions -> RMSE."""

    by_answers: dict[int, float]
    questions: dict[int, float]
    by_questions: dict[int, float]
    fans: int


def strategies(model: SVD, chance: Floats, seed: int) -> dict[str, Strategy]:
    """The most informative titles first; the titles most often seen first; random order."""
    rng = np.random.default_rng(seed)
    popular = np.argsort(-chance, kind="stable")
    return {
        "informative": lambda fan, allowed: elicit.ranking(model, fan, chance, allowed),
        "popular": lambda fan, allowed: popular[allowed[popular]],
        "random": lambda fan, allowed: rng.permutation(np.flatnonzero(allowed)),
    }


def compare(model: SVD, fans: FanLists, chance: Floats, seed: int = 0) -> dict[str, Asked]:
    """Ask every fan with at least 60 ratings, by each strategy. Half of the ratings can be answers, at most 100 of the
    others are hidden; a title that the fan did not rate gets no answer. Fans from whom any strategy gets fewer than
    `max(ANSWERS)` answers are left out of all results, so that these can be compared.

    `chance` (n_items,) that a fan has seen a title, on any scale.
    """
    orders = strategies(model, chance, seed)
    interviews: dict[str, list[_Interview]] = {name: [] for name in orders}
    actual = []
    for items, scores in zip(fans.items, fans.scores, strict=True):
        if len(items) < MIN_RATINGS:
            continue
        half = len(items) // 2
        hidden = slice(half, half + MAX_HIDDEN)
        held = {name: _interview(model, items[:half], scores[:half], items[hidden], orders[name]) for name in orders}
        if all(len(interview.asked) > max(ANSWERS) for interview in held.values()):
            actual.append(scores[hidden])
            for name, interview in held.items():
                interviews[name].append(interview)
    return {name: _summary(held, actual) for name, held in interviews.items()}


@dataclass(frozen=True)
class _Interview:
    """`asked[n]`: the number of questions up to the n-th answer, 0 for n = 0; `predicted[n]`: the hidden titles' scores
    as predicted from n answers."""

    asked: list[int]
    predicted: list[Floats]

    def after(self, questions: int) -> Floats:
        return self.predicted[int(np.searchsorted(self.asked, questions, side="right")) - 1]


def _interview(model: SVD, items: Items, scores: Floats, hidden: Items, order: Strategy) -> _Interview:
    allowed = np.ones(model.n_items, dtype=bool)
    given = np.full(model.n_items, np.nan)
    given[items] = scores
    known = np.empty(0, np.intp)
    interview = _Interview([], [])
    asked = 0
    while True:
        fan = model.fold_in(known, given[known], np.empty(0, np.intp))
        interview.asked.append(asked)
        interview.predicted.append(model.predict(fan)[hidden])
        if len(known) >= max(ANSWERS) and asked >= max(QUESTIONS):
            return interview
        questions = order(fan, allowed)
        answers = np.flatnonzero(~np.isnan(given[questions]))
        if not len(answers):
            return interview
        allowed[questions[: answers[0] + 1]] = False
        asked += int(answers[0]) + 1
        known = np.append(known, questions[answers[0]])


def _summary(interviews: list[_Interview], actual: list[Floats]) -> Asked:
    scores = np.concatenate(actual)
    return Asked(
        by_answers={n: rmse(np.concatenate([each.predicted[n] for each in interviews]), scores) for n in ANSWERS},
        questions={n: float(np.mean([each.asked[n] for each in interviews])) for n in ANSWERS},
        by_questions={n: rmse(np.concatenate([each.after(n) for each in interviews]), scores) for n in QUESTIONS},
        fans=len(interviews),
    )
