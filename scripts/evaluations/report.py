"""Figures in `metrics.json` and as Markdown tables."""

import argparse
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from recsys.data import manifest
from recsys.errors import ArtifactError
from recsys.models.store import REGISTRY

METRICS = "metrics.json"
#: Columns of the new fans' tables: title, key, digits.
_COLUMNS = (
    ("NDCG@10", "ndcg10", 3),
    ("over best baseline", "ndcg10_gain", 3),
    ("over popularity model", "ndcg10_over_popularity", 3),
    ("Recall@10", "recall10", 3),
    ("hit rate", "hit10", 3),
    ("RMSE", "rmse", 3),
    ("lower than best baseline", "rmse_gain", 3),
    ("MAE", "mae", 3),
    ("80% interval covers", "band", 3),
    ("coverage", "coverage", 3),
    ("mean raters", "popularity", 0),
    ("diversity", "diversity", 3),
)
#: Numbers of known ratings in the small table, and its measures: title, key, which of two values is better.
_SMALL = ("5", "20", "50")
_MEASURES = (("NDCG@10", "ndcg10", max), ("RMSE", "rmse", min))
_MODELS = tuple(REGISTRY)
_MARKS = re.compile("(<!-- results -->\n).*?(<!-- /results -->)", re.DOTALL)


def read(folder: Path) -> dict[str, Any]:
    """All figures in `folder`, by subject; empty if nothing was measured. Raises `ArtifactError`."""
    path = folder / METRICS
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError:
        raise ArtifactError(f"{path} is damaged: it is not JSON. Delete it and measure again.") from None


def publish(subject: str, figures: Mapping[str, Any], args: argparse.Namespace) -> int:
    """Print `figures` as tables, and write them to the folder that the arguments name."""
    print(markdown({subject: figures}))
    if args.out is None:
        return 0
    everything = {**read(args.out), subject: figures}
    with manifest.writing(args.out) as batch:
        text = json.dumps(everything, indent=1, allow_nan=False) + "\n"
        batch.path(METRICS, subject=sorted(everything)).write_text(text, encoding="utf-8")
    print(f"Wrote {args.out / METRICS}. Update the tables with python -m scripts.evaluate tables.")
    return 0


def filled(text: str, everything: Mapping[str, Any]) -> str:
    """`text` with the small table between `<!-- results -->` and `<!-- /results -->`, if new fans were measured."""
    if "new-fans" not in everything:
        return text
    table = "\n".join(_small(everything["new-fans"]["by_known_ratings"]))
    return _MARKS.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


def _small(by_count: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The models and the best baseline by number of known ratings."""
    counts = [k for k in _SMALL if k in by_count]
    cells = {name: [] for name in (*_MODELS, "best baseline")}
    for _, key, better in _MEASURES:
        for k in counts:
            rows = {name: row[key] for name, row in by_count[k].items() if key in row}
            others = {name: figure for name, figure in rows.items() if name.partition(",")[0] not in _MODELS}
            best = better(others, key=lambda name: others[name]["value"], default="")
            for name in _MODELS:
                cells[name].append(_value(rows.get(name)))
            cells["best baseline"].append(f"{_value(others.get(best))} {best}".strip())
    heads = [f"{title}, {k} known" for title, *_ in _MEASURES for k in counts]
    return _table(heads, {name: row for name, row in cells.items() if any(row)})


def _value(figure: Mapping[str, float] | None) -> str:
    return f"{figure['value']:.3f}" if figure else ""


def markdown(everything: Mapping[str, Any]) -> str:
    """All tables, with the standard error after each figure."""
    parts = ["# Results\n", "Written by `python -m scripts.evaluate tables`. Figures ± standard error.\n"]
    sections = {"new-fans": _new_fans, "article": _article, "cold-titles": _cold_titles, "page": _page}
    return "\n".join([*parts, *(text(everything[name]) for name, text in sections.items() if name in everything)])


def _article(figures: Mapping[str, Any]) -> str:
    rows = figures["rows"]
    measures = list(next(iter(rows.values())))
    lines = [
        "## The reference article's table\n",
        figures["how"] + " The folds are those of Surprise's `KFold`; each fold trains every algorithm again. Most "
        "ratings of every fan are known here, so these errors are not those of new fans. The blend is of the factors "
        "and title neighbours.\n",
    ]
    cells = {
        name: [_cell(row[measure], 1 if "time" in measure else 4) for measure in measures] for name, row in rows.items()
    }
    return "\n".join([*lines, *_table([_measure(name) for name in measures], cells), ""])


def _measure(name: str) -> str:
    return name.replace("_", " ").replace("rmse", "RMSE").replace("mae", "MAE")


def _table(titles: list[str], rows: Mapping[str, Iterable[str]]) -> list[str]:
    """A table with a column of the names of `rows` before the columns `titles`."""
    lines = ["| | " + " | ".join(titles) + " |", "|---" + "|---:" * len(titles) + "|"]
    return lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]


def _new_fans(figures: Mapping[str, Any]) -> str:
    counts = figures["by_known_ratings"]
    tuned = "" if figures["part"] == "test" else " The models were tuned on these fans."
    lines = [
        "## New fans\n",
        (
            f"Held-out fans of the {figures['part']} part.{tuned} Each model knows k random ratings of a fan; "
            "the others are hidden. It ranks all titles: NDCG@10 counts hidden titles that the fan scored 8 or more. "
            "RMSE is over the hidden scores. Gains are paired, over the best baseline at that k.\n"
        ),
    ]
    for key, title in (("ndcg10", "NDCG@10"), ("rmse", "RMSE")):
        fans = [f"k = {k} ({_fans(rows)} fans)" for k, rows in counts.items()]
        named = [name for name, row in list(counts.values())[-1].items() if key in row]
        cells = {name: [_cell(rows.get(name, {}).get(key), 3) for rows in counts.values()] for name in named}
        lines += [f"### {title}\n", *_table(fans, cells), ""]
    for k, rows in counts.items():
        shown = [column for column in _COLUMNS if any(column[1] in row for row in rows.values())]
        cells = {name: [_cell(row.get(key), digits) for _, key, digits in shown] for name, row in rows.items()}
        heads = [title for title, *_ in shown]
        lines += [f"### {k} known ratings ({_fans(rows)} fans)\n", *_table(heads, cells), ""]
    return "\n".join(lines)


def _fans(rows: Mapping[str, Any]) -> int:
    return max(row["fans"] for row in rows.values())


def _cold_titles(figures: Mapping[str, Any]) -> str:
    cells = {name: [_cell(row["rmse"], 3), f"{_cell(row['below'], 1)}%"] for name, row in figures["rows"].items()}
    table = _table(["RMSE", "better than the fan's mean"], cells)
    return "\n".join(["## Titles without ratings\n", figures["how"] + "\n", *table, ""])


def _page(figures: Mapping[str, Any]) -> str:
    lines = [
        "## What the page's rules cost\n",
        (
            f"Ten titles of the {figures['model']} model for held-out fans of the {figures['part']} part, with the "
            "rules of the Recommend page: only one title of a series, its beginning first, and genres that differ "
            f"(weight {figures['diversity']:g}). The cost is paired, in percent of NDCG@10 without rules.\n"
        ),
        "| known ratings | | NDCG@10 | cost | diversity of genres |",
        "|---|---|---:|---:|---:|",
    ]
    for k, rows in figures["by_known_ratings"].items():
        for name, row in rows.items():
            cost = f"{_cell(row['cost_percent'], 1)}%"
            lines.append(f"| {k} | {name} | {_cell(row['ndcg10'], 3)} | {cost} | {_cell(row['diversity'], 3)} |")
    return "\n".join([*lines, ""])


def _cell(figure: Mapping[str, float] | None, digits: int) -> str:
    if figure is None:
        return ""
    text = f"{figure['value']:.{digits}f}"
    return f"{text} ± {figure['se']:.{digits}f}" if "se" in figure else text
