"""Which facts about titles a trained model has."""

from recsys.models.hybrid import Hybrid
from recsys.serving.engine import Engine

#: The first word of a feature's name (`recsys.data.content`) -> the fact, in words.
_FACTS = {
    "genre": "genres",
    "theme": "themes",
    "demographic": "demographics",
    "tag": "tags",
    "studio": "studios",
    "type": "type",
    "season": "season",
    "source": "source",
    "rated": "age rating",
    "episodes": "number of episodes",
    "year": "year",
    "continues": "whether it continues another title",
    "mean": "MyAnimeList's mean score",
    "members": "number of members",
}


def content_of(engine: Engine, model: str) -> tuple[str, ...]:
    """The facts by which `model` places a title that nobody rated, such as "genres" and "type"; empty for a model that
    cannot. Raises `UnknownModelError`."""
    found = engine.aligned(model).model
    if not isinstance(found, Hybrid):
        return ()
    words = {name.split(" ", 1)[0] for name in found.placement.names}
    return tuple(fact for word, fact in _FACTS.items() if word in words)
