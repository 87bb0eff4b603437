"""Searches the SVD's hyperparameters with Ray Tune and Optuna; trials are compared on validation fans alone."""

import os
import tempfile
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recsys.cluster.session import ClusterError, connect, shared
from recsys.holdout.split import part_of
from recsys.training import svd_trainer
from recsys.training.run import TrainingRun
from recsys.training.svd import PRESETS, SVDConfig

_MEAN = "mean"
#: Searched settings: lowest and highest value, on a logarithmic scale. Titles' and fans' parameters share a penalty.
SPACE: dict[str, tuple[float, float]] = {
    "n_factors": (20, 400),
    "n_epochs": (10, 80),
    "lr_all": (0.002, 0.02),
    "reg_biases": (0.005, 0.1),
    "reg_factors": (0.02, 0.2),
    "init_std_dev": (0.002, 0.1),
}
_WHOLE = ("n_factors", "n_epochs")
_FAILURES = 5  # of one trial


@dataclass(frozen=True)
class Trial:
    """Settings, RMSE on the validation fans by number of known ratings and their mean, and seconds."""

    config: SVDConfig
    rmse: dict[str, float]
    mean: float
    seconds: float


def tune_svd(address: str, run: TrainingRun, n_trials: int) -> list[Trial]:
    """Try the shipped settings, then `n_trials` - 1 others that Optuna proposes; give the trials, the best first.

    Trials run side by side, so what is proposed depends on which end first. Raises `ClusterError`.
    """
    with connect(address) as session, tempfile.TemporaryDirectory(prefix="tune-") as folder:
        from optuna import distributions
        from ray import tune
        from ray.tune.search.optuna import OptunaSearch

        os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
        space = {
            name: distributions.IntDistribution(int(low), int(high), log=True)
            if name in _WHOLE
            else distributions.FloatDistribution(low, high, log=True)
            for name, (low, high) in SPACE.items()
        }
        search = OptunaSearch(space, metric=_MEAN, mode="min", points_to_evaluate=[_shipped()], seed=run.seed)
        reference = [session.share(run)]
        tuner = tune.Tuner(
            lambda settings: try_settings(reference, settings),
            tune_config=tune.TuneConfig(num_samples=n_trials, search_alg=search),
            run_config=tune.RunConfig(
                storage_path=folder, verbose=0, failure_config=tune.FailureConfig(max_failures=_FAILURES)
            ),
        )
        found = session.watch(tuner.fit)
    trials = [
        Trial(
            to_config(result.config or {}), dict(result.metrics["rmse"]), result.metrics[_MEAN], result.metrics["took"]
        )
        for result in found
        if result.metrics and _MEAN in result.metrics
    ]
    if len(trials) < n_trials:
        raise ClusterError(f"Only {len(trials)} of {n_trials} trials ended. Run the same command again.")
    return sorted(trials, key=lambda trial: trial.mean)


def try_settings(run: list[Any], settings: dict[str, float]) -> dict[str, Any]:
    """Train on the training fans and measure on the validation fans, as the shipped model is made and measured."""
    start = time.perf_counter()
    shared_run: TrainingRun = shared(run[0])
    known = part_of(shared_run.ratings, "train")
    svd = svd_trainer.fit_config(shared_run, known, to_config(settings))
    errors = svd_trainer.serve(shared_run, "tuned", svd, known).metrics["validation_rmse_by_known_ratings"]
    return {_MEAN: float(np.mean(list(errors.values()))), "rmse": errors, "took": time.perf_counter() - start}


def to_config(settings: dict[str, float]) -> SVDConfig:
    """The configuration with a point of `SPACE`."""
    biases, factors = settings["reg_biases"], settings["reg_factors"]
    return SVDConfig(
        n_factors=int(settings["n_factors"]),
        n_epochs=int(settings["n_epochs"]),
        lr_all=settings["lr_all"],
        reg_bu=biases,
        reg_bi=biases,
        reg_pu=factors,
        reg_qi=factors,
        init_std_dev=settings["init_std_dev"],
    )


def table(trials: list[Trial], run: TrainingRun) -> str:
    """The text of a page with the trials, the best first."""
    counts = list(trials[0].rmse)
    shipped = [number for number, trial in enumerate(trials, 1) if trial.config == PRESETS["tuned"]]
    heads = [*SPACE, *(f"RMSE at {count}" for count in counts), "mean", "seconds"]
    lines = [
        "# Settings of the SVD that were tried",
        "",
        f"{len(trials)} trials on {len(run.ratings.scores):,} ratings (seed {run.seed}), the best first. Each was",
        "trained on the training fans; RMSE is that of hidden scores of the validation fans, by known ratings.",
        "The test fans were not used. Seconds are those of a trial while others ran beside it.",
        *(f"The shipped settings are in row {number}." for number in shipped),
        "",
        "The command `scripts.train svd --tune` wrote this page.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---:|" * len(heads),
    ]
    for trial in trials:
        values = _settings(trial.config)
        cells = [f"{values[name]:.4g}" for name in SPACE]
        cells += [f"{trial.rmse[count]:.4f}" for count in counts]
        lines.append("| " + " | ".join([*cells, f"{trial.mean:.4f}", f"{trial.seconds:.0f}"]) + " |")
    return "\n".join(lines) + "\n"


def _settings(config: SVDConfig) -> dict[str, float]:
    values = asdict(config)
    return {name: values[_FIELDS.get(name, name)] for name in SPACE}


_FIELDS = {"reg_biases": "reg_bu", "reg_factors": "reg_pu"}


def _shipped() -> dict[str, float]:
    return _settings(PRESETS["tuned"])
