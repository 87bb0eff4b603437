"""Each model's titles beside the others', with the toy models."""

from recsys import Filters, Profile
from recsys.serving import side_by_side


def test_every_model_has_its_own_and_what_they_share_is_told(engine):
    found = side_by_side.recommend(engine, Profile(scores={10: 9}), 2, Filters(min_raters=0))
    toy, watcher = (tuple(pick.anime_id for pick in found.picks[name]) for name in ("toy", "watcher"))
    assert toy == (11, 20)
    assert watcher == (50, 30)
    assert found.overlaps() == {("toy", "watcher"): 0}
    assert found.named_by(11) == ("toy",)
    more = side_by_side.recommend(engine, Profile(scores={10: 9}), 4, Filters(min_raters=0))
    assert more.overlaps() == {("toy", "watcher"): 4}
    assert more.named_by(20) == ("toy", "watcher")
    assert more.named_by(10) == ()
