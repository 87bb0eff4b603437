"""Which facts about titles a trained model was given as content features."""

from recsys.models.hybrid import Hybrid
from recsys.serving.engine import Engine

#: The word or words that begin a feature's name -> the fact.
_FACTS = {
    "genre": "genres",
    "theme": "themes",
    "demographic": "demographics",
    "tag": "tags",
    "type": "type",
    "season": "season",
    "source": "source",
    "rated": "age rating",
    "studio": "studios",
    "episodes from": "number of episodes",
    "year from": "year",
    "mean score": "MyAnimeList's mean score",
    "members": "number of members",
    "continues another": "whether it continues another title",
}


def content_of(engine: Engine, model: str) -> tuple[str, ...]:
    """The facts that `model` has of each title, such as "genres" and "type"; empty for a model without content.

    Raises `UnknownModelError`.
    """
    trained = engine.aligned(model).model
    names = trained.placement.names if isinstance(trained, Hybrid) else ()
    return tuple(fact for words, fact in _FACTS.items() if any(f"{name} ".startswith(f"{words} ") for name in names))
