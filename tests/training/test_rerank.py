"""The reranker learns from halves of lists that the models beneath it have not seen."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from recsys.data import manifest, ratings
from recsys.data.ratings import Unscored
from recsys.errors import ArtifactError
from recsys.holdout.split import fold_of, lists_of
from recsys.models import store
from recsys.models.rerank import FACTS, Reranker
from recsys.models.trees import Trees
from recsys.training import content, hybrid, rerank
from scripts import train
from tests.training import small
from tests.training.trained import HYBRID, RERANK

NONE = np.zeros(0, np.intp)
N = 30


def blank() -> Reranker:
    return Reranker(Trees.none(), np.ones((N, len(FACTS)), np.float32), np.full(N, -1))


def test_examples_are_halves_of_the_lists_of_held_out_fans():
    """Fan 1 is not held out, and fan 2 has too few titles. Title 29 is the highest."""
    lengths = {0: 7, 1: 9, 2: 3, 3: 30}
    users = np.repeat(list(lengths), list(lengths.values()))
    items = np.concatenate([np.arange(length) for length in lengths.values()])
    given = []

    def order(items, weights):
        given.append((items.tolist(), weights.tolist()))
        return np.arange(N, dtype=np.float32)

    held_out, begun = np.array([True, False, True, True]), Unscored(users, items, np.full(len(users), 2, np.int8))
    found = list(rerank.examples(begun, held_out, order, blank(), np.zeros(N, bool), draws=2, seed=0))
    assert [len(known) for known, _ in given] == [4, 4, 15, 15]
    assert given[0] != given[1]
    for (known, weights), example in zip(given, found, strict=True):
        length = 7 if len(known) == 4 else 30
        best = np.setdiff1d(np.arange(N), known)[::-1]
        np.testing.assert_array_equal(example.watched, best < length)
        np.testing.assert_allclose(example.weights, (3 if length == 7 else 10) ** -0.5, rtol=1e-6)
        assert example.inputs.shape == (len(best), len(example.inputs[0]))
        assert set(weights) == {weights[0]}


@pytest.fixture(scope="module")
def own(small_models):
    """The hybrid of the small data, its titles, and the lists of its training fans."""
    core, run = small_models["hybrid"].model, small_models.run
    titles = content.load(run.catalogue)
    titles = titles.of(np.searchsorted(titles.item_ids, core.item_ids))
    return core, run, titles, hybrid._of(lists_of(run.lists, "train"), core.item_ids)


def beneath(own, lists):
    core, run, titles, _ = own
    return rerank.Beneath(core.watching, lists, titles, run, RERANK, HYBRID.watching)


def known_facts(own) -> np.ndarray:
    facts = own[2].of(own[0].watching.today.titles).facts
    assert facts is not None
    return facts


def test_the_models_beneath_have_not_seen_the_held_out_fans(own):
    """Whatever these fans have watched, the order of another list is the same; what the others watched counts."""
    lists = own[-1]
    fold = fold_of(lists.ratings.user_ids, 3) == 0
    begun, known, orders = lists.unscored, np.array([60, 62, 64]), []
    for changed in (np.zeros(len(begun.users), bool), fold[begun.users], ~fold[begun.users]):
        items = np.where(changed, 79 - begun.items % 20, begun.items).astype(begun.items.dtype)
        one = beneath(own, replace(lists, unscored=replace(begun, items=items)))
        held_out = one.fans & fold
        assert 20 < held_out.sum() < one.fans.sum() - 20
        facts = rerank.title_facts(one.lists, one.fans & ~held_out, known_facts(own))
        orders.append((one.order_without(held_out)(known, np.ones(3)), facts[:, 0]))
    (first, counted), (same, alike), (other, _) = orders
    np.testing.assert_allclose(same, first, atol=1e-5)
    np.testing.assert_allclose(alike, counted, atol=0.1)  # but for the fans that stand for those left out
    assert np.abs(other - first).max() > 0.1


def test_facts_count_fans_without_scores_as_if_all_were_counted(own):
    one, known = beneath(own, own[-1]), known_facts(own)
    every = rerank.title_facts(one.lists, one.fans, known)
    np.testing.assert_allclose(every[:, 1:], known, rtol=1e-3)
    counted = np.bincount(one.lists.unscored.items, minlength=len(known))
    np.testing.assert_allclose(np.expm1(every[:, 0]), counted, rtol=0.01, atol=0.01)
    half = rerank.title_facts(one.lists, one.fans & (np.arange(len(one.fans)) % 2 == 0), known)
    assert np.expm1(half[:, 0]).sum() == pytest.approx(counted.sum(), rel=0.01)


def test_it_is_left_out_where_few_fans_give_no_scores(own):
    core, run, titles, lists = own
    plain = replace(core.watching, reranker=None)
    few = lists.unscored.users < small.N_FANS + 50
    begun = Unscored(lists.unscored.users[few], lists.unscored.items[few], lists.unscored.statuses[few])
    found = rerank.reranked(plain, replace(lists, unscored=begun), titles, run, RERANK, HYBRID.watching)
    assert found.reranker is None


def test_lists_without_scores_are_reranked_and_others_are_not(own):
    """The trees' preferences are turned round, as the best titles are in a good order without them."""
    core = own[0]
    found = core.watching.reranker
    assert found is not None
    turned = replace(found, trees=replace(found.trees, values=-1000 * found.trees.values))
    plain = core.with_parts(watching=replace(core.watching, reranker=turned))
    items = np.array([60, 62, 64, 66])
    scored, begun = (items, np.full(4, 9.0), NONE), (NONE, np.empty(0), items)
    same, other = ([model.watch(model.fold_in(*known)) for model in (core, plain)] for known in (scored, begun))
    np.testing.assert_array_equal(*same)
    assert np.abs(other[0] - other[1]).max() > 1e-3


def test_the_command_fits_the_reranker_again_and_leaves_the_rest(own, tmp_path, monkeypatch):
    """The file holds a reranker of an earlier form, of fewer facts, which no model can be read with."""
    core, run, *_ = own
    monkeypatch.setattr(hybrid, "HybridConfig", lambda: HYBRID)
    monkeypatch.setattr(ratings, "load_lists", lambda folder: run.lists)
    file, header = (
        store.file_name("hybrid"),
        {"data": {"rows": 1}, "training": {"a": 1}, "metrics": {"b": 2}, "seed": 0},
    )
    assert core.watching.reranker is not None
    earlier = replace(core.watching.reranker, facts=core.watching.reranker.facts[:, :4])
    plain = core.with_parts(watching=replace(core.watching, reranker=earlier))
    with manifest.writing(tmp_path, licence="CC0-1.0") as batch:
        store.save(plain, batch.path(file, trained_on={"rows": 1}), **header)
        batch.model("hybrid", file=file, odds={"kept": 1}, **header)
    with pytest.raises(ArtifactError, match="rerank_facts"):
        store.load("hybrid", tmp_path / file)
    before = {name: array for name, array in load_file(tmp_path / file).items() if not name.startswith("rerank_")}
    words = ["reranker", "--data", "lists", "--out", str(tmp_path), "--catalogue", str(run.catalogue)]
    assert train.main(words) == 0
    after, described = load_file(tmp_path / file), manifest.read(tmp_path)
    assert {name for name in after if name not in before} == {name for name in after if name.startswith("rerank_")}
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)
    entry = described.models["hybrid"]
    assert (entry["odds"], entry["data"], entry["training"]["a"]) == ({"kept": 1}, {"rows": 1}, 1)
    assert entry["metrics"].keys() == {"b", "validation_ndcg10_without_scores"}
    assert (described.files[file]["licence"], described.files[file]["trained_on"]) == ("CC0-1.0", {"rows": 1})
    again = store.load("hybrid", described.path(file))
    fan = (NONE, np.empty(0), np.array([60, 62, 64, 66]))
    np.testing.assert_allclose(again.watch(again.fold_in(*fan)), core.watch(core.fold_in(*fan)), atol=1e-2)


def test_the_command_needs_a_hybrid(tmp_path, capsys):
    with manifest.writing(tmp_path):
        pass
    assert train.main(["reranker", "--out", str(tmp_path)]) == 2
    assert "scripts.train hybrid" in capsys.readouterr().err
