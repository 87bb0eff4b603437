"""How much of the fan's list the recommendations use, in words."""

from pages.parts import resources, state
from pages.parts.text import count, plain
from pages.parts.visit import ENOUGH
from recsys.serving import basis
from recsys.serving.engine import MODEL_LABELS


def describe(model: str) -> str:
    """What the ten titles are based on, as Markdown."""
    now = state.visit()
    fan, found = now.profile, basis.of(resources.engine(), now.profile, model)
    label = MODEL_LABELS[model]
    if not found.is_personal:
        text = f"{label} can use no title of this list, so these titles are everybody's favourites."
        return text + _unused(found, model)
    whose = f"{plain(now.label)}'s" if now.source == "community" else "your"
    used = [count(found.scores, "score")] if found.scores else []
    if found.unscored:
        used.append(f"{count(found.unscored, 'title')} watched without a score")
    text = f"Based on {whose} list: {' and '.join(used)}."
    if found.scores < ENOUGH:
        text += " Each further score improves them."
    if found.scores > 1 and len(set(fan.scores.values())) == 1:
        text += " All scores are the same, so they say little about taste."
    if found.unused_scores:
        text += f" {label} does not know {count(found.unused_scores, 'other scored title')}."
    return text + _unused(found, model)


def _unused(found: basis.Basis, model: str) -> str:
    """What is said about titles without a score under a model that uses scores only."""
    engine = resources.engine()
    if not found.unused_unscored or engine.aligned(model).model.watches_unscored:
        return ""
    others = [MODEL_LABELS[name] for name in engine.models if engine.aligned(name).model.watches_unscored]
    without = count(found.unused_unscored, "title has no score", "titles have no score")
    text = f" {MODEL_LABELS[model]} uses scores only, and {without}"
    return f"{text}: {' and '.join(others)} can use such titles." if others else f"{text}."
