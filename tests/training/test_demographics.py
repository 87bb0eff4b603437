"""Facts about fans during training: used, not required, not stored."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from recsys.data import manifest
from recsys.data.ratings import Ratings
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.prepare.pipeline import prepare
from recsys.training import hybrid, loop, neural
from recsys.training.ease import DenoisingConfig
from recsys.training.fan_net import FanNet, NetConfig
from recsys.training.reveals import Known, RevealConfig, Reveals
from recsys.training.run import TrainingRun
from recsys.training.watching import WatchingConfig
from scripts import train
from tests.prepare import rawset

N_FANS, N_TITLES = 211, 60
NET = NetConfig(16, 8, 4, 16, 0.2, 0.1, 0.1)
SCHEDULE = loop.Schedule(max_epochs=3, lr=0.02)
LINEAR = DenoisingConfig(ridge=1, kept=20)
CONFIG = hybrid.HybridConfig(net=NET, schedule=SCHEDULE, watching=WatchingConfig(LINEAR, LINEAR))
CONTENT = np.zeros((N_TITLES, 0), np.float32)


def ratings() -> Ratings:
    """Fans with even ids are women and watch even titles, the others odd ones; a third score three points lower."""
    rng = np.random.default_rng(0)
    user_ids, item_ids = np.arange(1, N_FANS + 1), np.arange(10, 10 + N_TITLES)
    watched = ((user_ids[:, None] - item_ids) % 2 == 0) & (rng.random((N_FANS, N_TITLES)) < 0.6)
    users, items = np.nonzero(watched)
    scores = rng.integers(6, 11, len(users)) - 3.0 * (user_ids[users] % 3 == 0)
    return Ratings(user_ids, item_ids, users.astype(np.int32), items.astype(np.int32), scores)


def known() -> np.ndarray:
    """Columns: woman, man, strict."""
    user_ids = ratings().user_ids
    return np.stack([user_ids % 2 == 0, user_ids % 2 == 1, user_ids % 3 == 0], axis=1).astype(np.float32)


def trained(facts: np.ndarray | None, **options):
    run = TrainingRun(Path(), ratings(), device="cpu", **options)
    checks = neural.Checks.of(run.lists, run.ratings.item_ids, 0)
    net, _, history = neural.train_net(run, run.lists, run.ratings.item_ids, CONTENT, checks, CONFIG, facts)
    return net, history


@pytest.fixture(scope="module")
def without_facts():
    return trained(None)


@pytest.fixture(scope="module")
def with_facts():
    return trained(known())


def test_facts_alone_predict_what_women_and_men_watch_and_who_is_strict() -> None:
    data = ratings()
    likes = np.bincount(data.items, data.scores >= 8)
    torch.manual_seed(0)
    module = FanNet(NET, CONTENT, data.scores.mean(), np.zeros(N_TITLES), likes, 3)
    batches = Reveals(data, None, RevealConfig(n_fans=32, score_dropout=0), 0, torch.device("cpu"), known())
    worse = itertools.count(0, -1)  # the last epoch's weights stay
    schedule, options = loop.Schedule(max_epochs=12, lr=0.02), loop.RunOptions(0, "cpu", progress=False)
    loop.train(module, batches, lambda _, batch: module.loss(batch), lambda _: next(worse), schedule, options, {})
    module.eval()
    nothing = torch.zeros(0, dtype=torch.long)
    nobody = Known(nothing, nothing, torch.zeros(0), torch.zeros(0, dtype=torch.bool), torch.zeros(0))
    facts = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 1]])
    with torch.no_grad():
        tables = module.tables()
        habit, _, level = module.encode(nobody, len(facts), tables, facts)
        watch = module.watch(habit, tables).numpy()
    even = data.item_ids % 2 == 0
    woman, man, unknown, _ = watch[:, even].mean(axis=1) - watch[:, ~even].mean(axis=1)
    assert woman > 1
    assert man < -1
    assert abs(unknown) < min(woman, -man) / 2
    assert level[3] < level[0] - 0.25


def test_all_unknown_facts_change_nothing(without_facts) -> None:
    """Other parameters and random draws do not depend on the presence of facts."""
    (without, plain), (net, history) = without_facts, trained(np.zeros((N_FANS, 3), np.float32))
    assert history.losses == plain.losses
    for name, array in without.to_arrays().items():
        np.testing.assert_array_equal(net.to_arrays()[name], array, err_msg=name)


def test_facts_change_the_weights_and_not_the_file_format(without_facts, with_facts) -> None:
    (without, _), (net, _) = without_facts, with_facts
    before, after = without.to_arrays(), net.to_arrays()
    assert list(after) == list(before)
    assert {name: (a.shape, a.dtype) for name, a in after.items()} == {
        name: (a.shape, a.dtype) for name, a in before.items()
    }
    assert any(np.any(after[name] != before[name]) for name in before)


def test_half_of_the_fans_keep_their_facts_and_other_draws_stay_the_same() -> None:
    make = [Reveals(ratings(), None, RevealConfig(), 0, torch.device("cpu"), f) for f in (None, known())]
    n_kept = 0
    for plain, batch, again in zip(make[0].epoch(1), make[1].epoch(1), make[1].epoch(1), strict=True):
        assert plain.facts is None
        assert torch.equal(batch.facts, again.facts)
        for part in ("known", "hidden"):
            for name in ("items", "scores", "fans", "rated", "weights"):
                assert torch.equal(getattr(getattr(batch, part), name), getattr(getattr(plain, part), name))
        assert torch.equal(batch.wanted, plain.wanted)
        first = torch.searchsorted(batch.known.fans, torch.arange(batch.n))
        woman = (ratings().item_ids[batch.known.items[first]] % 2 == 0).astype(int)
        facts = batch.facts.numpy()
        kept = facts.any(axis=1)
        assert (facts[np.arange(batch.n), 1 - woman] == kept).all()
        assert not facts[np.arange(batch.n), woman].any()
        n_kept += kept.sum()
    assert 0.35 * N_FANS < n_kept < 0.65 * N_FANS


def test_a_killed_training_with_facts_resumes_to_the_same_weights(tmp_path: Path, with_facts, monkeypatch) -> None:
    uninterrupted, _ = with_facts
    checkpoint = tmp_path / "hybrid.safetensors"
    check, calls = neural._check, itertools.count()

    def killed(*args):
        if next(calls) == 1:
            raise KeyboardInterrupt
        return check(*args)

    monkeypatch.setattr(neural, "_check", killed)
    with pytest.raises(KeyboardInterrupt):
        trained(known(), checkpoint=checkpoint)
    monkeypatch.setattr(neural, "_check", check)
    with pytest.raises(ArtifactError, match="another training"):
        trained(None, checkpoint=checkpoint)
    resumed, history = trained(known(), checkpoint=checkpoint)
    assert len(history.losses) == SCHEDULE.max_epochs
    for name, array in uninterrupted.to_arrays().items():
        np.testing.assert_array_equal(resumed.to_arrays()[name], array, err_msg=name)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ratings as raw lists with details of fans; the folder `data` beside it has them prepared."""
    folder, data = tmp_path_factory.mktemp("private") / "raw", ratings()
    rows = [
        rawset.Row(str(data.user_ids[user]), str(data.item_ids[item]), str(int(score)))
        for user, item, score in zip(data.users, data.items, data.scores, strict=True)
    ]
    rawset.write(folder, rawset.AZATHOTH, rows, data.item_ids, data.user_ids)
    genders = ["Male", "Female"]
    lines = [f"fan{u},{u},{genders[1 - u % 2]},Aachen,1988-07-06,2014-02-04 01:32:00" for u in data.user_ids]
    header = "username,user_id,gender,location,birth_date,last_online"
    (folder / "users_cleaned.csv").write_text("\n".join([header, *lines, ""]))
    prepare(folder, folder.parent / "data")
    return folder


@pytest.mark.parametrize("flag", [False, True])
def test_a_model_states_the_use_of_demographics_and_no_personal_data(raw, tmp_path, monkeypatch, flag) -> None:
    monkeypatch.setattr(hybrid, "HybridConfig", lambda: CONFIG)
    data = raw.parent / "data"
    words = ["hybrid", "--data", data, "--catalogue", data / "catalogue.parquet", "--out", tmp_path / "out"]
    words += ["--checkpoints", tmp_path / "checkpoints", "--device", "cpu"]
    assert train.main([str(word) for word in [*words, *(["--demographics", raw] if flag else [])]]) == 0
    entry = manifest.read(tmp_path / "out").models["hybrid"]
    path = tmp_path / "out" / entry["file"]
    with safe_open(path, framework="numpy") as file:
        header = json.loads(file.metadata()["recsys"])
    assert entry["training"]["demographics"] is header["training"]["demographics"] is flag
    store.load("hybrid", path)
    personal = [b"emale", b"Aachen", b"1988-07", b"non_binary", b"18_to_24", b"25_to_34", str(raw).encode()]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 3
    for path in written:
        assert [word for word in personal if word in path.read_bytes()] == [], path
        if path.suffix == ".safetensors":
            with safe_open(path, framework="numpy") as file:
                shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118
            assert not any(N_FANS in shape for shape in shapes)


@pytest.mark.parametrize("models", [["neural"], ["hybrid", "svd"], ["atlas"]])
def test_demographics_for_another_model_are_refused(raw: Path, tmp_path: Path, capsys, models: list[str]) -> None:
    assert train.main([*models, "--demographics", str(raw), "--out", str(tmp_path / "out")]) == 2
    assert "for the hybrid alone" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_demographics_are_refused_if_the_prepared_sets_share_ids(raw: Path, tmp_path: Path, capsys) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(raw, copy)
    prepare([raw, copy], tmp_path / "data")
    words = ["hybrid", "--data", tmp_path / "data", "--demographics", copy, "--out", tmp_path / "out"]
    assert train.main([str(word) for word in words]) == 2
    assert "sets that share ids" in capsys.readouterr().err
