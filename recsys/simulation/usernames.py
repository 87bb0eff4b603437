"""Names for simulated fans. They contain a dot, which neither MyAnimeList nor AniList allows: no real fan has one."""

import numpy as np

_FIRST = """
amber azure brave breezy bright calm cedar chalk clever cloudy copper coral cosy crimson crystal curious daring dawn
dusty eager early echo ember fabled fern foggy frosty gentle gilded glass golden hidden hollow honey humble indigo
ink ivory jade jolly kind late lilac lively lone lucky lunar maple marble mellow merry midnight mild misty mossy
neon nimble noble ochre odd olive opal paper patient pearl plucky polar proud quiet quick rainy restless river rosy
rustic saffron salty scarlet secret silent silver sleepy snowy solar starry still stormy sunny swift tender thorny
tidal tiny twilight umber velvet violet wandering warm wild winter witty woven zesty
"""
_SECOND = """
acorn alchemist anchor arrow badger beacon bell bonsai brook camellia candle canvas cat cloud comet compass crane
cricket crow daisy dango dolphin dragon drum falcon feather finch flame flute fox frog gardener ginkgo harbor hare
heron hill iris jay kettle kite koi lantern lark leaf lighthouse lotus lynx magpie mochi moon moth newt nightjar oak
onigiri orchid otter owl panda peony petal pilot pine plum pocky poet puffin quill rabbit raven reed robin sailor
salmon scribe shell sparrow spruce squid star stone swallow tanuki teapot thistle thunder tiger toad traveler turtle
umbrella violin wave weaver whale willow wisp wolf wren yuzu zephyr
"""


def draw(n: int, rng: np.random.Generator) -> list[str]:
    """`n` different names such as misty.tanuki or misty.tanuki.42. There are several million."""
    firsts, seconds = _FIRST.split(), _SECOND.split()
    names: dict[str, None] = {}
    while len(names) < n:
        name = f"{firsts[rng.integers(len(firsts))]}.{seconds[rng.integers(len(seconds))]}"
        if rng.random() < 0.4 or name in names:
            name = f"{name}.{rng.integers(2, 1000)}"
        names.setdefault(name)
    return list(names)
