"""The numpy network gives the same values as the torch network."""

import numpy as np
import pytest
import torch

from recsys.training.fan_net import FanNet, NetConfig


def pair(n_features: int, n_facts: int = 0):
    rng = np.random.default_rng(0)
    content = (rng.random((50, n_features)) < 0.3).astype(np.float32)
    torch.manual_seed(0)
    bias, likes = rng.normal(size=50) * 0.3, rng.integers(0, 9, 50)
    module = FanNet(NetConfig(16, 8, 4, 12), content, 7.0, bias, likes, n_facts).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return module, module.to_serving(np.arange(50), content)


@pytest.mark.parametrize("n_features", [0, 7])
@pytest.mark.parametrize("n", [0, 1, 20])
@pytest.mark.parametrize("n_facts", [0, 3])
def test_numpy_equals_torch(n_features, n, n_facts):
    """Facts are unknown in both."""
    module, net = pair(n_features, n_facts)
    rng = np.random.default_rng(n)
    items, scores = rng.permutation(50)[:n], rng.integers(1, 11, n).astype(np.float32)
    fan = net.encode(items, scores)
    with torch.no_grad():
        kept, fans = torch.ones(50), torch.zeros(n, dtype=torch.long)
        habit, taste, level = module.encode(torch.from_numpy(items), torch.from_numpy(scores), fans, 1, kept)
        watch = module.watch(habit, kept)[0].numpy()
        predicted = module.predict(taste, level, torch.zeros(50, dtype=torch.long), torch.arange(50), kept).numpy()
    np.testing.assert_allclose(net.watch(fan), watch, atol=1e-4)
    np.testing.assert_allclose(net.predict(fan), predicted, atol=1e-4)


def test_leaving_out_all_at_once_equals_one_by_one():
    _, net = pair(7)
    rng = np.random.default_rng(5)
    items, scores = rng.permutation(50)[:12], rng.integers(1, 11, 12).astype(float)
    one_by_one = [
        net.predict(net.encode(np.delete(items, i), np.delete(scores, i)), np.array([3]))[0] for i in range(12)
    ]
    others = net.without_each(items, scores)
    np.testing.assert_allclose(net.predict_without(others, 3), one_by_one, atol=1e-4)


def test_a_title_without_an_embedding_is_scored_by_content():
    _, net = pair(7)
    twin = np.concatenate([np.arange(50), [-1]])
    content = np.vstack([net.content, net.content[:1]])
    longer = type(net)(net.weights, twin, content)
    fan = longer.encode(np.array([1, 2]), np.array([9.0, 4]))
    assert np.isfinite(longer.predict(fan)[-1])
    np.testing.assert_allclose(longer.watch(fan)[:-1], net.watch(fan), atol=1e-5)
