"""Fits the reranker of today's order, on lists that the models beneath it have not seen.

These models are fitted again without a part of the fans. In the place of the hybrid's network stands a smaller one for
what is watched alone, trained on fewer fans with scores: its order is as good for lists of today, in a fifth of the
time. Served in the place of the hybrid's it gained nothing (docs/experiments.md).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from recsys.data.ratings import Lists, Unscored
from recsys.holdout.reveal import FanLists
from recsys.holdout.split import fold_of, rows_of
from recsys.holdout.watching import FEWEST, halves
from recsys.models.base import Floats, Items
from recsys.models.fan_net import NOTHING, SEEN_WEIGHTS, FanNet
from recsys.models.order import standardise
from recsys.models.rerank import Reranker, candidates
from recsys.models.trees import Trees
from recsys.models.watching import Watching, recency
from recsys.training.boosting import to_serving
from recsys.training.content import Content
from recsys.training.fan_net import NetConfig
from recsys.training.loop import Schedule
from recsys.training.neural import Checks, NeuralConfig, at_titles, train_net, unscored_at
from recsys.training.reveals import RevealConfig
from recsys.training.rows import Rows
from recsys.training.run import TrainingRun
from recsys.training.watching import WatchingConfig, linear_today, recencies

#: Today's order of all titles (n_items,) for a list of titles (n,) that count with weights (n,).
Order = Callable[[Items, Floats], Floats]
#: A fan's hidden titles count by one over the root of their number, up to so many.
_MOST_HIDDEN = 10
#: With fewer fans without scores, nothing is learned.
_FEWEST_FANS = 100


@dataclass(frozen=True)
class RerankConfig:
    """Hyperparameters of the reranker."""

    #: The models beneath are fitted so many times, each time without another part of the fans without scores.
    folds: int = 3
    #: Their network: it predicts no scores, and no title's score is known.
    net: NeuralConfig = field(
        default_factory=lambda: NeuralConfig(
            NetConfig(watch_dim=160, taste_in=1, taste_dim=1, hidden=1, id_dropout=0.05),
            Schedule(max_epochs=12),
            RevealConfig(long_share=0.5, max_asked=0, score_dropout=1.0),
        )
    )
    #: Fans with scores who take part in its training, for each fan without.
    scored_fans: float = 0.5
    #: Random halves of each list.
    draws: int = 3
    trees: int = 150
    leaves: int = 15
    learning_rate: float = 0.05
    #: Fewest titles in a leaf for each draw, and penalty of the leaves' values.
    fewest: int = 200
    penalty: float = 10.0
    #: How often the trees' log odds count beside a title's place, in spreads of the best titles.
    strength: float = 4.0


@dataclass(frozen=True)
class Examples:
    """The candidates beside halves of lists: `inputs` (n, N_INPUTS), whether the fan `watched` each (n,), and how much
    it counts, `weights` (n,)."""

    inputs: NDArray[np.float32]
    watched: NDArray[np.bool_]
    weights: NDArray[np.float32]

    @classmethod
    def joined(cls, parts: Sequence["Examples"]) -> "Examples":
        columns = ([getattr(part, name) for part in parts] for name in ("inputs", "watched", "weights"))
        return cls(*(np.concatenate(column) for column in columns))


def reranked(
    watching: Watching, lists: Lists, titles: Content, run: TrainingRun, config: RerankConfig, linear: WatchingConfig
) -> Watching:
    """`watching` with a reranker, learned from `lists` of training fans at the positions of `titles`, which are its
    own. Without one if no facts of the titles are known, or too few fans give no scores."""
    beneath = Beneath(watching, lists, titles, run, config, linear)
    own = titles.of(watching.today.titles)
    if own.facts is None or beneath.fans.sum() < _FEWEST_FANS:
        return watching
    facts = title_facts(beneath.lists, beneath.fans, own.facts)
    blank = Reranker(Trees.none(), facts, np.maximum(own.franchises, -1))
    folds = fold_of(lists.ratings.user_ids, config.folds)
    parts = []
    for fold in range(config.folds):
        held_out = beneath.fans & (folds == fold)
        order = beneath.order_without(held_out)
        unseen = replace(blank, facts=title_facts(beneath.lists, beneath.fans & ~held_out, own.facts))
        parts += examples(beneath.lists.unscored, held_out, order, unseen, beneath.recent, config.draws, run.seed)
    with threadpool_limits(run.n_threads):  # scikit-learn takes all processors otherwise
        trees = fit(Examples.joined(parts), config, run.seed)
    return replace(watching, reranker=replace(blank, trees=trees))


def title_facts(lists: Lists, fans: NDArray[np.bool_], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """`recsys.models.rerank.FACTS` of all titles, (n_items, 7), rounded as they are stored; `known` (n_items, 6) are
    all but the first. Only `fans` (n_users,) are counted, as if there were as many as all without scores."""
    users, items = lists.unscored.users, lists.unscored.items
    scored = np.bincount(lists.ratings.users, minlength=len(fans)) > 0
    counted = np.bincount(items[fans[users]], minlength=len(known))
    scale = (~scored[users]).sum() / max(fans[users].sum(), 1)
    return np.column_stack([np.log1p(scale * counted), known]).astype(np.float16).astype(np.float32)


class Beneath:
    """Fits what lies beneath the reranker, on the titles of today's linear model alone.

    `lists` are at the positions of these titles; `fans` (n_users,) marks the fans without scores.
    """

    def __init__(
        self,
        watching: Watching,
        lists: Lists,
        titles: Content,
        run: TrainingRun,
        config: RerankConfig,
        linear: WatchingConfig,
    ) -> None:
        rows = watching.today.titles
        self.recent, self._mixing = watching.recent[rows], watching.mixing
        self._titles, self._all, self._every_recent = titles.of(rows), lists, watching.recent
        ids = self._titles.item_ids
        self.lists = Lists(at_titles(lists.ratings, ids), unscored_at(lists, ids))
        n_users = len(lists.ratings.user_ids)
        self._scoring = np.bincount(lists.ratings.users, minlength=n_users) > 0
        self.fans = ~self._scoring & (np.bincount(self.lists.unscored.users, minlength=n_users) > 0)
        rated = np.bincount(lists.ratings.items, minlength=len(watching.odds))
        begun = np.bincount(lists.unscored.items[self.fans[lists.unscored.users]], minlength=len(watching.odds))
        self._counts = rated + linear.watcher * begun
        self._run = replace(run, checkpoint=None, spread=None, demographics=None)
        self._config, self._linear = config, linear

    def order_without(self, held_out: NDArray[np.bool_]) -> Order:
        """Today's order by models that have not seen the fans `held_out` (n_users,)."""
        kept = ~held_out[self._all.unscored.users]
        rows = Rows(self._all.ratings, self._all.unscored.of(kept))
        linear = linear_today(rows, recencies(self._every_recent, rows), self._counts, self._linear)
        linear = replace(linear, rows=np.arange(len(linear.titles)), titles=np.arange(len(linear.titles)))
        net = self._net_without(held_out)

        def order(items: Items, weights: Floats) -> Floats:
            own = linear.scores(items, weights, recency(float(self.recent[items].mean())))
            chance = net.watch(net.encode(NOTHING, np.zeros(0), items, weights))
            return self._mixing.today(standardise(own), standardise(chance))

        return order

    def _net_without(self, held_out: NDArray[np.bool_]) -> FanNet:
        taking_part = self.fans & ~held_out
        scored = np.random.default_rng([self._run.seed, 37]).permutation(np.flatnonzero(self._scoring))
        taking_part[scored[: int(self._config.scored_fans * taking_part.sum())]] = True
        ratings, unscored = self.lists.ratings, self.lists.unscored
        lists = Lists(rows_of(ratings, taking_part[ratings.users]), unscored.of(taking_part[unscored.users]))
        ids, features = self._titles.item_ids, self._titles.features
        every = self._run.lists
        checks = Checks(FanLists([], []), list(halves(every, "validation", ids, self._run.seed)))
        return train_net(self._run, lists, ids, features, checks, self._config.net)[0]


def examples(
    unscored: Unscored,
    held_out: NDArray[np.bool_],
    order: Order,
    blank: Reranker,
    recent: NDArray[np.bool_],
    draws: int,
    seed: int,
) -> Iterator[Examples]:
    """`draws` random halves of the list of each fan that `held_out` (n_users,) marks, as `order` ranks the titles
    without having seen the list. `unscored`, `order` and `recent`, which marks recent titles, are at the positions of
    the facts of `blank`."""
    rng = np.random.default_rng([seed, 41])
    users = np.flatnonzero(held_out)
    for first, last in np.searchsorted(unscored.users, [users, users + 1]).T.tolist():
        if last - first < FEWEST:
            continue
        for _ in range(draws):
            shuffled = rng.permutation(np.arange(first, last))
            known, hidden = np.split(shuffled, [(len(shuffled) + 1) // 2])
            items = unscored.items[known].astype(np.intp)
            ranked = order(items, SEEN_WEIGHTS[unscored.statuses[known]])
            found = candidates(items, ranked, recent)
            inputs = blank.inputs(items, len(items), found, ranked[found])
            watched = np.isin(found, unscored.items[hidden])
            weight = min(len(hidden), _MOST_HIDDEN) ** -0.5
            yield Examples(inputs, watched, np.full(len(found), weight, np.float32))


def fit(found: Examples, config: RerankConfig, seed: int) -> Trees:
    model = HistGradientBoostingClassifier(
        max_iter=config.trees,
        max_leaf_nodes=config.leaves,
        learning_rate=config.learning_rate,
        min_samples_leaf=config.fewest * config.draws,
        l2_regularization=config.penalty,
        early_stopping=False,  # pyright: ignore[reportArgumentType]
        random_state=seed,
    )
    trees = to_serving(model.fit(found.inputs, found.watched, sample_weight=found.weights))
    return replace(trees, values=np.float32(config.strength) * trees.values)
