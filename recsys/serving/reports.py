"""Reads training and evaluation reports: how each model was made, and its figures on held-out fans."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.models import store
from recsys.serving.measures import DIGITS, NAMES

METRICS = "metrics.json"
NEW_FANS, EARLIER_FANS, WATCHING, PAGE = "new-fans", "earlier-fans", "watching", "page"
ODDS, SEEDS, USUAL, NICHES = "odds", "seeds", "usual", "niches"
BANDS, LATER_FANS, ERAS = "bands", "later-fans", "eras"
_BY_COUNT = "by_known_ratings"
_VALIDATION = re.compile(f"validation_(.*)_{_BY_COUNT}")


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
    """One measure of one algorithm: `points` maps ascending numbers of known ratings to figures."""

    name: str
    points: Mapping[int, Figure]

    @property
    def is_model(self) -> bool:
        """False for baselines, and for models under other conditions ("hybrid, scores not given")."""
        return self.name in store.REGISTRY

    @property
    def is_baseline(self) -> bool:
        return self.name.partition(",")[0] not in store.REGISTRY


#: Algorithm -> measure -> figure.
Rows = Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True)
class Table:
    """Figures of several algorithms. `how` says how they were measured, or is empty."""

    rows: Rows
    how: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        found = dict.fromkeys(key for row in self.rows.values() for key in row if key != "fans")
        return tuple(sorted(found, key=[*NAMES, *found].index))

    def column(self, measure: str, digits: int = 3) -> list[str]:
        """The texts of a measure, an empty one for an algorithm without it."""
        shown = DIGITS.get(measure, digits)
        return [row[measure].text(shown) if measure in row else "" for row in self.rows.values()]


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

    models: tuple[ModelReport, ...] = ()
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

    def fans(self, subject: str = NEW_FANS) -> dict[int, int]:
        """How many fans were measured, by number of known ratings."""
        return {
            k: max((int(row["fans"].value) for row in rows.values() if "fans" in row), default=0)
            for k, rows in self.by_count(subject).items()
        }

    def by_count(self, subject: str = NEW_FANS) -> dict[int, Rows]:
        """The figures at each number of known ratings, ascending."""
        given = self._section(subject).get(_BY_COUNT)
        found = {int(k): _rows(named) for k, named in given.items() if k.isdecimal()} if isinstance(given, dict) else {}
        return dict(sorted(found.items()))

    def curves(self, measure: str, subject: str = NEW_FANS) -> list[Curve]:
        """A measure of new fans (`ndcg10`, `rmse`, `band`, …) for every algorithm that has it."""
        found: dict[str, dict[int, Figure]] = {}
        for k, rows in self.by_count(subject).items():
            for name, row in rows.items():
                if measure in row:
                    found.setdefault(name, {})[k] = row[measure]
        return [Curve(name, points) for name, points in found.items()]

    def table(self, subject: str, part: str = "rows") -> Table | None:
        """The figures of an evaluation's table (`article`, `cold-titles`), or of a further one (`part`: that of `odds`
        are "reliability" and "order"); None if it was not run."""
        section = self._section(subject)
        rows = _rows(section.get(part))
        return Table(rows, str(section.get("how", ""))) if any(rows.values()) else None

    def page_rules(self) -> tuple[str, Table] | None:
        """The measured model, and what the page's rules do to its ten titles at each number of known ratings."""
        rows = {
            f"{name}, {k} known": {key: figure for key, figure in row.items() if key != "fans"}
            for k, named in self.by_count(PAGE).items()
            for name, row in named.items()
        }
        return (str(self._section(PAGE).get("model", "")), Table(rows)) if rows else None

    def by_score_alone(self) -> list[tuple[Curve, Curve]]:
        """NDCG@10 of models when they rank by predicted score alone, each beside that of its own ranking."""
        curves = {curve.name: curve for curve in self.curves("ndcg10")}
        alone = {name.partition(",")[0]: curve for name, curve in curves.items() if name.endswith("by score alone")}
        return [(curve, curves[name]) for name, curve in alone.items() if name in curves]


def _rows(given: Any) -> dict[str, dict[str, Figure]]:
    named = given if isinstance(given, dict) else {}
    return {
        name: {key: one for key, value in row.items() if (one := _figure(value)) is not None}
        for name, row in named.items()
        if isinstance(row, dict)
    }


def best(curves: Sequence[Curve], *, highest: bool) -> dict[int, tuple[str, Figure]]:
    """The algorithm with the best value at each number of known ratings."""
    choose: Callable = max if highest else min
    counts = sorted({k for curve in curves for k in curve.points})
    at = {k: [(curve.name, curve.points[k]) for curve in curves if k in curve.points] for k in counts}
    return {k: choose(pairs, key=lambda pair: pair[1].value) for k, pairs in at.items()}


def envelope(curves: Sequence[Curve], name: str, *, highest: bool) -> Curve | None:
    """The best of several algorithms at each number of known ratings, as one curve."""
    found = best(curves, highest=highest)
    return Curve(name, {k: figure for k, (_, figure) in found.items()}) if found else None


def no_better(curve: Curve, simple: Curve, *, highest: bool) -> list[int]:
    """Numbers of known ratings at which `curve` is not better than `simple` by more than two standard errors."""
    counts = []
    for k, one in curve.points.items():
        if other := simple.points.get(k):
            noise = 2 * math.hypot(one.error or 0, other.error or 0)
            if (one.value - other.value) * (1 if highest else -1) <= noise:
                counts.append(k)
    return counts


def simpler_wins(curves: Sequence[Curve], *, highest: bool) -> list[tuple[str, list[str], list[int]]]:
    """Where a model is no better than simpler ones, those before it in the registry: (model, those, counts)."""
    by_name = {curve.name: curve for curve in curves}
    ours = [by_name[name] for name in store.REGISTRY if name in by_name]
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for i, curve in enumerate(ours):
        for simple in ours[:i]:
            if counts := no_better(curve, simple, highest=highest):
                found.setdefault((curve.name, tuple(counts)), []).append(simple.name)
    return [(name, simple, list(counts)) for (name, counts), simple in found.items()]


@manifest.consistent
def read(folder: str | Path) -> Reports:
    """Raises `ArtifactError` when the manifest or metrics.json is damaged."""
    described = manifest.read(folder)
    models, validation = [], {}
    for name in filter(described.models.__contains__, store.REGISTRY):
        try:
            models.append(_model(name, described))
            _add_validation(validation, name, described.models[name].get("metrics", {}))
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ArtifactError(
                f"{described.folder / manifest.NAME}: wrong value for model {name} ({error})."
            ) from None
    return Reports(tuple(models), {key: tuple(found) for key, found in validation.items()}, _measured(described))


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


def _model(name: str, described: manifest.Manifest) -> ModelReport:
    entry = described.models[name]
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


def _add_validation(result: dict[str, list[Curve]], name: str, measures: Mapping[str, Any]) -> None:
    """Add a model's curves on validation fans, by measure (`rmse`, `ndcg10`)."""
    for key, values in measures.items():
        if (found := _VALIDATION.fullmatch(key)) and isinstance(values, dict):
            points = sorted((int(k), one) for k, value in values.items() if (one := _figure(value)) is not None)
            result.setdefault(found[1], []).append(Curve(name, dict(points)))


def _figure(value: Any) -> Figure | None:
    """From a number, or {"value", "se"}."""
    given = value if isinstance(value, dict) else {"value": value}
    if not _is_number(given.get("value")):
        return None
    return Figure(float(given["value"]), float(given["se"]) if _is_number(given.get("se")) else None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
