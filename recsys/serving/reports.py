"""Reads training and evaluation reports: how each model was made, and its figures on held-out fans."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeGuard

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.models import store

METRICS = "metrics.json"
NEW_FANS, PAGE = "new-fans", "page"
_BY_COUNT = "by_known_ratings"


@dataclass(frozen=True)
class Figure:
    """A measured value and its standard error, where there is one."""

    value: float
    error: float | None = None

    def text(self, digits: int = 3) -> str:
        value = f"{self.value:,.{digits}f}"
        return value if self.error is None else f"{value} ± {self.error:.{digits}f}"


@dataclass(frozen=True)
class Curve:
    """One measure of one algorithm at ascending numbers of known ratings. `is_model` is False for baselines."""

    name: str
    counts: tuple[int, ...]
    figures: tuple[Figure, ...]
    is_model: bool = True

    @classmethod
    def of(cls, name: str, pairs: Sequence[tuple[int, Figure]], is_model: bool = True) -> Self:
        """From pairs of a number of known ratings and the figure there."""
        return cls(name, tuple(k for k, _ in pairs), tuple(one for _, one in pairs), is_model)

    def at(self, count: int) -> Figure | None:
        return dict(zip(self.counts, self.figures, strict=True)).get(count)


@dataclass(frozen=True)
class Table:
    """Rows of figures: `rows` maps an algorithm to its measures. `how` says how they were measured, or is empty."""

    how: str
    measures: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True)
class ModelReport:
    """How a model was made. `n_ratings` counts its data set, held-out fans included; `settings` and `facts` are pairs
    of a name and a text; `epochs` maps a measure to its value in each epoch of training."""

    name: str
    data_set: str
    licence: str
    n_ratings: int
    megabytes: float
    command: str
    date: str
    settings: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    epochs: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Reports:
    """The models in the manifest and the contents of metrics.json, which is empty until something was measured."""

    models: tuple[ModelReport, ...]
    validation: Mapping[str, tuple[Curve, ...]] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The names of the evaluations."""
        return tuple(self.measured)

    @property
    def part(self) -> str:
        """The part of the fans on which new fans' figures were measured: "test" or "validation"."""
        return str(self._section(NEW_FANS).get("part", ""))

    def _section(self, subject: str) -> Mapping[str, Any]:
        section = self.measured.get(subject)
        return section if isinstance(section, dict) else {}

    def fans(self) -> dict[int, int]:
        """How many fans were measured, by number of known ratings."""
        rows = self._by_count()
        return {k: max((int(row.get("fans", 0)) for row in named.values()), default=0) for k, named in rows.items()}

    def _by_count(self, subject: str = NEW_FANS) -> dict[int, Mapping[str, Mapping[str, Any]]]:
        given = self._section(subject).get(_BY_COUNT)
        rows = {int(k): named for k, named in given.items() if k.isdecimal()} if isinstance(given, dict) else {}
        return dict(sorted((k, named) for k, named in rows.items() if isinstance(named, dict)))

    def curves(self, measure: str) -> list[Curve]:
        """A measure of new fans (`ndcg10`, `rmse`, `band`, …) for every algorithm that has it, models first."""
        found: dict[str, list[tuple[int, Figure]]] = {}
        for k, named in self._by_count().items():
            for name, row in named.items():
                if (one := _figure(row.get(measure))) is not None:
                    found.setdefault(name, []).append((k, one))
        ours = {model.name for model in self.models}
        curves = [Curve.of(name, pairs, name in ours) for name, pairs in found.items()]
        return sorted(curves, key=lambda curve: not curve.is_model)

    def table(self, subject: str) -> Table | None:
        """The figures of an evaluation that is one table (`article`, `cold-titles`), or None if it was not run."""
        section = self._section(subject)
        given = section.get("rows")
        if not isinstance(given, dict):
            return None
        return _table(str(section.get("how", "")), given)

    def page_rules(self) -> tuple[str, Table] | None:
        """The measured model, and what the page's rules do to its ten titles at each number of known ratings."""
        rows = {
            f"{name}, {k} known": {key: value for key, value in row.items() if key != "fans"}
            for k, named in self._by_count(PAGE).items()
            for name, row in named.items()
        }
        table = _table("", rows)
        return (str(self._section(PAGE).get("model", "")), table) if table else None

    def by_score_alone(self) -> list[tuple[Curve, Curve]]:
        """NDCG@10 of models when they rank by predicted score alone, each beside that of its own ranking."""
        curves = {curve.name: curve for curve in self.curves("ndcg10")}
        alone = {name.partition(",")[0]: curve for name, curve in curves.items() if name.endswith("by score alone")}
        return [(curve, curves[name]) for name, curve in alone.items() if name in curves]


def _table(how: str, given: Mapping[str, Any]) -> Table | None:
    rows = {
        str(name): {key: one for key, value in row.items() if (one := _figure(value)) is not None}
        for name, row in given.items()
        if isinstance(row, dict)
    }
    measures = tuple(dict.fromkeys(key for row in rows.values() for key in row))
    return Table(how, measures, rows) if measures else None


def best(curves: Sequence[Curve], *, highest: bool) -> dict[int, tuple[str, Figure]]:
    """The algorithm with the best value at each number of known ratings."""
    choose: Callable = max if highest else min
    counts = sorted({k for curve in curves for k in curve.counts})
    at = {k: [(curve.name, one) for curve in curves if (one := curve.at(k)) is not None] for k in counts}
    return {k: choose(pairs, key=lambda pair: pair[1].value) for k, pairs in at.items()}


def envelope(curves: Sequence[Curve], name: str, *, highest: bool) -> Curve | None:
    """The best of several algorithms at each number of known ratings, as one curve."""
    found = best(curves, highest=highest)
    return Curve(name, tuple(found), tuple(one for _, one in found.values()), False) if found else None


def no_better(curve: Curve, simple: Curve, *, highest: bool) -> list[int]:
    """Numbers of known ratings at which `curve` is not better than `simple` by more than two standard errors."""
    counts = []
    for k in curve.counts:
        one, other = curve.at(k), simple.at(k)
        if one is None or other is None:
            continue
        noise = 2 * math.hypot(one.error or 0, other.error or 0)
        if (one.value - other.value) * (1 if highest else -1) <= noise:
            counts.append(k)
    return counts


def simpler_wins(curves: Sequence[Curve], *, highest: bool) -> list[tuple[str, list[str], list[int]]]:
    """Where a model is no better than simpler ones: (model, simpler models, numbers of known ratings).

    Models count as simpler in the order of the registry.
    """
    ours = sorted((curve for curve in curves if curve.is_model), key=lambda curve: _rank(curve.name))
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for i, curve in enumerate(ours):
        for simple in ours[:i]:
            if counts := no_better(curve, simple, highest=highest):
                found.setdefault((curve.name, tuple(counts)), []).append(simple.name)
    return [(name, simple, list(counts)) for (name, counts), simple in found.items()]


def _rank(name: str) -> int:
    names = list(store.REGISTRY)
    return names.index(name) if name in names else len(names)


def read(folder: str | Path) -> Reports:
    """Raises `ArtifactError` when the manifest or metrics.json is damaged."""
    described = manifest.read(folder)
    models = tuple(_model(name, described.models[name], described) for name in sorted(described.models, key=_rank))
    metrics = {model.name: described.models[model.name].get("metrics", {}) for model in models}
    return Reports(models, _validation(metrics), _measured(described))


def _measured(described: manifest.Manifest) -> Mapping[str, Any]:
    if METRICS not in described.files:
        return {}
    path = described.path(METRICS)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ArtifactError(f"{path} is damaged: it is not a JSON object. Write it again with scripts.evaluate.")
    return content


def _model(name: str, entry: Mapping[str, Any], described: manifest.Manifest) -> ModelReport:
    file = described.files.get(str(entry.get("file")), {})
    data, made = entry.get("data", {}), file.get("made", {})
    metrics = entry.get("metrics", {})
    return ModelReport(
        name=name,
        data_set=str(data.get("data_set", "")),
        licence=str(data.get("licence", "")),
        n_ratings=int(data.get("rows", 0)),
        megabytes=file.get("bytes", 0) / 1e6,
        command=str(made.get("command", "")),
        date=str(made.get("date", "")),
        settings=tuple(_flat(entry.get("training", {}))),
        facts=tuple((key, str(value)) for key, value in metrics.items() if isinstance(value, int | float | str)),
        epochs={key: tuple(map(float, value)) for key, value in metrics.items() if _is_series(value)},
    )


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Nested settings as pairs of a dotted name and a text."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", f"{value:g}" if isinstance(value, float) else str(value)


def _is_series(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(one, int | float) for one in value)


def _validation(metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Curve, ...]]:
    """Measure (`rmse`, `ndcg10`) -> curves on validation fans, as training wrote them."""
    result: dict[str, list[Curve]] = {}
    for name, measures in metrics.items():
        for key, values in measures.items():
            if not key.startswith("validation_") or not key.endswith(f"_{_BY_COUNT}") or not isinstance(values, dict):
                continue
            pairs = sorted((int(k), one) for k, value in values.items() if (one := _figure(value)) is not None)
            if pairs:
                measure = key.removeprefix("validation_").removesuffix(f"_{_BY_COUNT}")
                result.setdefault(measure, []).append(Curve.of(name, pairs))
    return {measure: tuple(curves) for measure, curves in result.items()}


def _figure(value: Any) -> Figure | None:
    """From a number, {"value", "se"}, or [value, standard error]."""
    if isinstance(value, list) and len(value) == 2:
        value = dict(zip(("value", "se"), value, strict=True))
    if isinstance(value, dict):
        inner, error = _figure(value.get("value")), _figure(value.get("se"))
        return None if inner is None else Figure(inner.value, None if error is None else error.value)
    return Figure(float(value)) if _is_number(value) else None


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
