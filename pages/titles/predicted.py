"""What is worked out for this visitor once for each change of the list, not at every rerun."""

from pages.parts import controls, resources, state
from recsys import Filters
from recsys.serving.recommending import Scored


def scored(model: str | None = None) -> Scored | None:
    """What `Engine.score_all` gives, or None while the visitor has scored nothing."""
    now, name = state.visit(), model or resources.engine().default_model
    if not now.profile.scores:
        return None
    engine = resources.engine()
    return state.remembered(
        f"scored-{name}", now, lambda: engine.score_all(now.profile, name), "Predicting every title …"
    )


def ten() -> list[int]:
    """Anime ids of the ten that the Recommend page begins with, none while the visitor has scored nothing."""
    now = state.visit()
    if not now.profile.scores:
        return []

    def work_out() -> list[int]:
        rules = Filters(franchise_rules=True, exclude=now.hidden)
        picks = resources.engine().recommend(now.profile, filters=rules, diversity=controls.DIVERSITY)
        return [pick.anime_id for pick in picks]

    return state.remembered("ten", now, work_out, "Choosing ten …")
