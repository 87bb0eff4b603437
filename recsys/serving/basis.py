"""How much of a fan's list a model uses."""

from dataclasses import dataclass

from recsys.serving.engine import Engine
from recsys.types import Profile


@dataclass(frozen=True)
class Basis:
    """Numbers of titles of a list: those that a model uses, with a score (`scores`) and without (`unscored`), and those
    begun that it does not use (`unused_scores`, `unused_unscored`)."""

    scores: int
    unscored: int
    unused_scores: int
    unused_unscored: int

    @property
    def is_personal(self) -> bool:
        """Whether the model uses any title, so that what it predicts is not the same for everybody."""
        return self.scores + self.unscored > 0


def of(engine: Engine, fan: Profile, model: str | None = None) -> Basis:
    """A title is used if the model covers it and, without a score, if the model uses such titles
    (`Model.watches_unscored`). Raises `UnknownModelError`."""
    watched = fan.begun - fan.scores.keys()
    scores, unscored = len(engine.known(fan.scores, model)), len(engine.known(watched, model))
    unscored = unscored if engine.aligned(model).model.watches_unscored else 0
    return Basis(scores, unscored, len(fan.scores) - scores, len(watched) - unscored)
