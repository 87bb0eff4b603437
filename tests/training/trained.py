"""The models of the registry, trained on the small data set; tests share them by the fixture `small_models`."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from recsys.data.ratings import Ratings
from recsys.holdout.split import part_of
from recsys.training import hybrid, neural, popularity, svd_trainer
from recsys.training.ease import DenoisingConfig
from recsys.training.fan_net import NetConfig
from recsys.training.loop import Schedule
from recsys.training.rerank import RerankConfig
from recsys.training.run import Trained
from recsys.training.svd import SVD
from recsys.training.watching import WatchingConfig
from tests.training import small

NET = NetConfig(watch_dim=16, taste_in=8, taste_dim=4, hidden=16, watch_dropout=0.2, taste_dropout=0.1)
SCHEDULE = Schedule(max_epochs=15, lr=0.02)
NEURAL = neural.NeuralConfig(NET, SCHEDULE)
LINEAR = DenoisingConfig(ridge=1, kept=20)
WATCHING = WatchingConfig(past=LINEAR, today=replace(LINEAR, known=(1, 2, 3, 5), scored_fan=0.05))
RERANK = RerankConfig(net=replace(RerankConfig().net, schedule=SCHEDULE), draws=1, trees=10, leaves=4, fewest=50)
HYBRID = hybrid.HybridConfig(net=replace(NET, id_dropout=0.2), schedule=SCHEDULE, watching=WATCHING, rerank=RERANK)


class SmallModels:
    """`models[name]` trains a model at its first use and keeps it."""

    def __init__(self, folder: Path) -> None:
        self.run = small.run(folder)
        self.ratings: Ratings = part_of(self.run.ratings, "train")
        self._trainers: dict[str, Callable[[], Trained]] = {
            "popularity": lambda: popularity.train(self.run),
            "svd": lambda: svd_trainer.serve(self.run, "article", self.svd, self.ratings),
            "neural": lambda: neural.train(self.run, NEURAL),
            "hybrid": lambda: hybrid.train(self.run, HYBRID),
        }
        self._trained: dict[str, Trained] = {}

    @cached_property
    def svd(self) -> SVD:
        """The SVD as trained, from which `models["svd"]` is made."""
        return svd_trainer.fit(self.run, self.ratings, "article")

    def __getitem__(self, name: str) -> Trained:
        if name not in self._trained:
            self._trained[name] = self._trainers[name]()
        return self._trained[name]
