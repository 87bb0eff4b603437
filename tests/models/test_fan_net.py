"""The tables of the network: stored in half precision, and in single precision for requests."""

import numpy as np

from recsys.models.fan_net import N_LIST, N_STATS, NOTHING, TABLES, FanNet

TITLES, WATCH, TASTE_IN, TASTE, HIDDEN = 4, 3, 2, 2, 5
INPUTS = TASTE_IN + WATCH + N_STATS
SHAPES = {
    "watch_in": (TITLES, WATCH), "watch_out": (TITLES, WATCH), "watch_bias": (TITLES,), "taste_in": (TITLES, TASTE_IN),
    "taste_out": (TITLES, TASTE), "bias": (TITLES,), "habit_list": (N_LIST, WATCH), "habit_bias": (WATCH,),
    "mean": (1,), "hidden_weight": (HIDDEN, INPUTS), "hidden_bias": (HIDDEN,), "out_weight": (TASTE + 1, HIDDEN),
    "out_bias": (TASTE + 1,), "skip_weight": (TASTE + 1, INPUTS),
}  # fmt: skip


def network() -> FanNet:
    return FanNet.from_arrays({f"net_{name}": np.ones(shape, np.float16) for name, shape in SHAPES.items()})


def kinds(net: FanNet) -> list[np.dtype]:
    return [net.weights[name].dtype for name in ("watch_out", "taste_out")]


def test_tables_are_converted_at_the_first_request_and_kept_once():
    net = network()
    assert kinds(net) == [np.float16, np.float16]
    fan = net.encode(np.array([1]), np.array([8.0]), NOTHING, np.zeros(0))
    assert net.predict(fan).shape == net.watch(fan).shape == (TITLES,)
    assert kinds(net) == [np.float32, np.float32]
    assert net.watch_out is net.weights["watch_out"]
    assert {name: array.dtype for name, array in net.to_arrays().items()}["net_watch_out"] == np.float16


def test_new_titles_keep_the_precision_of_their_tables():
    net = network()
    rows = {name: np.full((1, *SHAPES[name][1:]), 1 + 2**-20) for name in TABLES}
    more = net.extended(np.arange(TITLES + 1), rows)
    assert more.taste_out[-1].tolist() == [1 + 2**-20] * TASTE
    assert more.watch_out[:TITLES].tolist() == net.watch_out.tolist()
