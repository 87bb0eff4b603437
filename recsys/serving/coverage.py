"""Why a model has no prediction of a title, in words for a fan."""

from collections.abc import Collection

import numpy as np

from recsys.serving.engine import Engine


def no_prediction(engine: Engine, anime_ids: Collection[int], model: str | None = None) -> str | None:
    """A sentence that says for how many of `anime_ids` (all in the catalogue) a model has no prediction, and why; None
    when it covers all of them. Raises `UnknownModelError`.

    The reason follows from what the model covers. A model that covers titles without ratings was trained before the
    others joined the catalogue. Any other model was trained before a title came out, if the title is of a later year
    than all that it covers, and otherwise on too few ratings of it.
    """
    aligned = engine.aligned(model)
    positions = engine.catalogue.positions(np.fromiter(anime_ids, dtype=np.int64))
    missing = positions[aligned.items[positions] < 0]
    if not len(missing):
        return None
    label, alone = aligned.model.label, len(positions) == 1
    it = "this title" if alone else "it" if len(missing) == 1 else "they"
    them = "them" if it == "they" else it
    later = engine.catalogue.years[missing] > engine.catalogue.years[aligned.positions].max()
    if not engine.rater_counts[aligned.positions].all():
        why = f"before {it} joined the catalogue"
    elif later.all():
        why = f"before {it} came out"
    elif not later.any():
        why = f"on too few ratings of {them}"
    else:
        why = "before they came out, or on too few ratings of them"
    number = "" if alone else f" for {len(missing):,} of {len(positions):,} titles"
    return f"No prediction yet{number}: {label} was trained {why}."
