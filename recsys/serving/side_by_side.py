"""The same fan's titles from every model."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from recsys.serving.engine import Engine
from recsys.types import Filters, Pick, Profile


@dataclass(frozen=True)
class SideBySide:
    """`picks` maps each model, the simplest first, to its titles, best first."""

    picks: Mapping[str, tuple[Pick, ...]]

    def named_by(self, anime_id: int) -> tuple[str, ...]:
        """The models that recommend a title."""
        return tuple(name for name, picks in self.picks.items() if any(pick.anime_id == anime_id for pick in picks))

    def overlaps(self) -> dict[tuple[str, str], int]:
        """How many titles each two models have in common."""
        ids = {name: {pick.anime_id for pick in picks} for name, picks in self.picks.items()}
        return {(a, b): len(ids[a] & ids[b]) for a, b in combinations(ids, 2)}


def recommend(
    engine: Engine, fan: Profile, n: int = 10, filters: Filters = Filters(franchise_rules=True), diversity: float = 0.0
) -> SideBySide:
    """`n` titles from each of the engine's models; see `Engine.recommend`."""
    return SideBySide(
        {name: tuple(engine.recommend(fan, name, n, filters, diversity=diversity)) for name in engine.models}
    )
