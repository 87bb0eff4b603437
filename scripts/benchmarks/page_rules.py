"""Measures the processor time for ten recommendations by the page's rules, for lists of several lengths; also of an
older commit.

Other work on the machine changes it much less than the time that passes. Run as a script, in the tree of any commit, it
prints the medians as JSON.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import recsys

#: Numbers of scores of a list, and lists of each.
LENGTHS, LISTS = (10, 50, 300, 1000), 15
#: Diversity, and the weights of the order by chances.
_DIVERSITY, _ODDS = 0.3, (0.0, 0.5)
#: Lists hold titles from among this many, those with the most ratings.
_MOST = 5000

#: Model, number of scores, weight of chances -> median of the milliseconds.
Medians = dict[tuple[str, int, float], float]


def measure(engine: recsys.Engine, n_lists: int) -> Medians:
    """Time the ten of each model with bands and reasons for `n_lists` lists of each length, each folded in again."""
    found: Medians = {}
    lists = {n: _made_up(engine, n, n_lists) for n in LENGTHS}
    rules = recsys.Filters(franchise_rules=True, new_series=True)
    for model in engine.models:
        for n, fans in lists.items():
            for odds in _ODDS:
                times = []
                for fan in (fans[0], *fans):  # the first fills the caches, as on a running server
                    start = time.thread_time()
                    engine.recommend(fan, model, 10, rules, diversity=_DIVERSITY, odds=odds)
                    times.append(1000 * (time.thread_time() - start))
                found[model, n, odds] = statistics.median(times[1:])
    return found


def compare(engine: recsys.Engine, artifacts: Path, commit: str | None) -> None:
    """Print the medians of `engine`; with a `commit`, its too, and how much of them the first are.

    Raises `RecsysError` if git does not know the commit, or its program cannot be measured.
    """
    print(f"\nBy the page's rules, {LISTS} made-up lists of each length. Milliseconds of processor time, median:\n")
    now, then = measure(engine, LISTS), {} if commit is None else _measure_commit(commit, artifacts)
    names = ["model", "scores", "ten", "ten, half by chances"]
    names += [] if commit is None else [f"ten, {commit}", f"half by chances, {commit}", "share", "share by chances"]
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}")
    for model in engine.models:
        for n in LENGTHS:
            keys = [(model, n, odds) for odds in _ODDS]
            cells = [model, f"{n:,}", *(f"{now[key]:.1f}" for key in keys)]
            if then:
                cells += [*(f"{then[key]:.1f}" for key in keys), *(f"{now[key] / then[key]:.2f}" for key in keys)]
            print(f"| {' | '.join(cells)} |")


def _made_up(engine: recsys.Engine, n: int, n_lists: int) -> list[recsys.Profile]:
    rng = np.random.default_rng(n)
    ids = engine.catalogue.ids[np.argsort(-engine.rater_counts, kind="stable")[:_MOST]]
    chosen = [rng.choice(ids, min(n, len(ids)), replace=False).tolist() for _ in range(n_lists)]
    return [
        recsys.Profile(scores=dict(zip(titles, rng.integers(4, 11, len(titles)).tolist(), strict=True)))
        for titles in chosen
    ]


def _measure_commit(commit: str, artifacts: Path) -> Medians:
    from scripts.benchmarks.servers import tree_of

    with tree_of(commit) as tree:
        command = [sys.executable, str(Path(__file__).resolve()), str(artifacts.resolve()), str(LISTS)]
        paths = {**os.environ, "PYTHONPATH": str(tree)}
        done = subprocess.run(command, cwd=tree, env=paths, capture_output=True, text=True, check=False)
    if done.returncode:
        raise recsys.RecsysError(f"The program of {commit} cannot be measured:\n{done.stderr[-2000:]}")
    return {(model, n, odds): value for model, n, odds, value in json.loads(done.stdout)}


if __name__ == "__main__":
    with threadpool_limits(1):
        print(json.dumps([[*key, value] for key, value in measure(recsys.load(sys.argv[1]), int(sys.argv[2])).items()]))
