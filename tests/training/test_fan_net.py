"""The numpy network gives the same values as the torch network."""

import numpy as np
import pytest
import torch

from recsys.models.fan_net import SEEN_WEIGHTS, TABLES, seen_weights, watch_weights
from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.reveals import Known

N_ITEMS = 50


def pair(n_features: int, n_facts: int = 0):
    rng = np.random.default_rng(0)
    content = (rng.random((N_ITEMS, n_features)) < 0.3).astype(np.float32)
    torch.manual_seed(0)
    bias, likes = rng.normal(size=N_ITEMS) * 0.3, rng.integers(0, 9, N_ITEMS)
    module = FanNet(NetConfig(16, 8, 4, 12), content, 7.0, bias, likes, n_facts).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return module, module.to_serving()


def drawn(n: int, m: int):
    """`n` scored titles, `m` others and their statuses."""
    rng = np.random.default_rng(n + 100 * m)
    items = rng.permutation(N_ITEMS)[: n + m]
    return items[:n], rng.integers(1, 11, n).astype(np.float32), items[n:], rng.integers(1, 5, m).astype(np.int8)


@pytest.mark.parametrize("n_features", [0, 7])
@pytest.mark.parametrize(("n", "m"), [(0, 0), (1, 0), (20, 0), (0, 1), (0, 9), (12, 5)])
@pytest.mark.parametrize("n_facts", [0, 3])
def test_numpy_equals_torch(n_features, n, m, n_facts):
    """Facts are unknown in both."""
    module, net = pair(n_features, n_facts)
    items, scores, seen, statuses = drawn(n, m)
    weights = seen_weights(seen, statuses)
    fan = net.encode(items, scores, seen, weights)
    columns = (
        np.concatenate([items, seen]),
        np.zeros(n + m, np.int64),
        np.concatenate([scores, np.zeros(m, np.float32)]),
        np.arange(n + m) < n,
        np.concatenate([watch_weights(scores), weights]),
    )
    with torch.no_grad():
        tables = module.tables()
        habit, taste, level = module.encode(Known(*map(torch.from_numpy, columns)), 1, tables)
        watch = module.watch(habit, tables)[0].numpy()
        every = torch.arange(N_ITEMS)
        predicted = module.predict(taste, level, torch.zeros(N_ITEMS, dtype=torch.long), every, tables).numpy()
    np.testing.assert_allclose(net.watch(fan), watch, atol=1e-4)
    np.testing.assert_allclose(net.predict(fan), predicted, atol=1e-4)


def test_titles_without_a_score_change_watching_and_by_it_the_scores():
    _, net = pair(7)
    items, scores, seen, _ = drawn(4, 6)
    nothing = np.zeros(0, np.intp)
    without = net.encode(items, scores, nothing, np.zeros(0))
    fan = net.encode(items, scores, seen, seen_weights(seen, None))
    assert np.abs(fan.habit - without.habit).max() > 0.01
    assert np.abs(fan.taste - without.taste).max() > 0.001


@pytest.mark.parametrize(("n", "m"), [(0, 0), (3, 0), (0, 4), (5, 2)])
def test_the_fan_with_and_without_scores_at_once(n, m):
    _, net = pair(7)
    items, scores, seen, statuses = drawn(n, m)
    weights = seen_weights(seen, statuses)
    begun = np.concatenate([watch_weights(scores), weights])
    expected = (
        net.encode(items, scores, seen, weights),
        net.encode(items[:0], scores[:0], np.concatenate([items, seen]), begun),
    )
    for got, wanted in zip(net.encode_both(items, scores, seen, weights), expected, strict=True):
        np.testing.assert_allclose(got.habit, wanted.habit, atol=1e-6)
        np.testing.assert_allclose(got.taste, wanted.taste, atol=1e-6)
        assert got.level == pytest.approx(wanted.level, abs=1e-6)


def test_a_title_counts_by_its_status():
    """1 watching, 2 completed, 3 on hold, 4 dropped; without statuses all are completed."""
    seen = np.arange(4)
    weights = seen_weights(seen, np.array([1, 2, 3, 4], np.int8))
    np.testing.assert_array_equal(weights, SEEN_WEIGHTS[1:])
    assert min(weights[:2]) > weights[2] > weights[3] > 0
    np.testing.assert_array_equal(seen_weights(seen, None), np.full(4, weights[1]))


@pytest.mark.parametrize(("n", "m"), [(12, 0), (0, 6), (7, 5), (1, 1), (1, 0), (0, 1)])
def test_leaving_out_all_at_once_equals_one_by_one(n, m):
    _, net = pair(7)
    items, scores, seen, statuses = drawn(n, m)
    weights = seen_weights(seen, statuses)
    one_by_one = [net.encode(np.delete(items, i), np.delete(scores, i), seen, weights) for i in range(n)]
    one_by_one += [net.encode(items, scores, np.delete(seen, i), np.delete(weights, i)) for i in range(m)]
    others = net.without_each(items, scores, seen, weights)
    expected = [float(net.predict(fan, np.array([3]))[0]) for fan in one_by_one]
    np.testing.assert_allclose(net.predict_without(others, 3), expected, atol=1e-4)


def test_nothing_to_leave_out():
    _, net = pair(0)
    nothing = np.zeros(0, np.intp)
    others = net.without_each(nothing, np.zeros(0), nothing, np.zeros(0))
    assert net.predict_without(others, 3).shape == (0,)


def test_coefficients_of_content_are_what_the_tables_have_of_it():
    """Zero own embeddings leave the content times the coefficients."""
    module, _ = pair(7)
    with torch.no_grad():
        for name in TABLES:
            getattr(module, name).zero_()
        content = module.content.to_dense().numpy()
        tables = {name: table.numpy() for name, table in module.tables().items()}
    scale = 0.1  # the module keeps its features multiplied by CONTENT_RATE
    for name, coefficients in module.coefficients().items():
        np.testing.assert_allclose(content / scale @ coefficients, tables[name], atol=1e-4, err_msg=name)


def test_more_titles_change_nothing_for_those_there_were():
    """Title 2 of the longer network is new; it has the rows of title 0."""
    _, net = pair(7)
    order = np.insert(np.arange(N_ITEMS), 2, N_ITEMS)
    longer = net.extended(order, {name: net.weights[name][:1] for name in TABLES})
    items, scores, seen, statuses = drawn(5, 4)
    weights = seen_weights(seen, statuses)
    moved = [titles + (titles >= 2) for titles in (items, seen)]
    before = net.encode(items, scores, seen, weights)
    after = longer.encode(moved[0], scores, moved[1], weights)
    kept = np.delete(np.arange(N_ITEMS + 1), 2)
    np.testing.assert_allclose(longer.predict(after)[kept], net.predict(before), atol=1e-5)
    np.testing.assert_allclose(longer.watch(after)[kept], net.watch(before), atol=1e-5)
    assert longer.watch(after)[2] == pytest.approx(net.watch(before)[0], abs=1e-5)
