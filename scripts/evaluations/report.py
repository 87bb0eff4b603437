"""Figures in `metrics.json` and as Markdown tables."""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recsys.data import manifest
from recsys.models.store import REGISTRY
from recsys.serving import reports
from recsys.serving.measures import NAMES
from recsys.serving.reports import (
    BANDS,
    EARLIER_FANS,
    ERAS,
    LATER_FANS,
    METRICS,
    NEW_FANS,
    NICHES,
    ODDS,
    PAGE,
    SEEDS,
    USUAL,
    WATCHING,
    Figure,
    Reports,
    Table,
)
from scripts.common import markdown_table

#: Evaluations of what a fan chooses, with the titles of their sections, and of their further tables.
_CHOOSING = {
    ODDS: "Chances of high and low scores",
    SEEDS: "Like these, not that",
    USUAL: "Nothing below the usual score",
    ERAS: "The ten as recent as the list",
    NICHES: "Fans by their taste for the popular",
    BANDS: "Intervals by harshness, by genre and for groups",
}
_FURTHER = {
    "reliability": "Reliability of the hybrid's chances",
    "order": "The order by odds",
    "genres": "The hybrid's intervals by genre",
    "groups": "Groups of fans",
    "joint": "Reliability of the chance that all give 7 or more",
}
#: Numbers of known ratings in the small table.
_SMALL = (5, 20, 100)
_MARKS = re.compile("(<!-- results -->\n).*?(<!-- /results -->)", re.DOTALL)


def earlier(folder: Path) -> Mapping[str, Any]:
    """The figures in `folder` by subject; empty if it has no artifacts yet. Raises `ArtifactError`."""
    return reports.read(folder).measured if (folder / manifest.NAME).exists() else {}


def publish(subject: str, figures: Mapping[str, Any], args: argparse.Namespace) -> int:
    """Print `figures` as tables, and write them to the folder that the arguments name."""
    print(markdown(Reports(measured={subject: figures})))
    if args.out is None:
        return 0
    everything = {**earlier(args.out), subject: figures}
    with manifest.writing(args.out) as batch:
        text = json.dumps(everything, indent=1, allow_nan=False) + "\n"
        batch.path(METRICS, subject=sorted(everything)).write_text(text, encoding="utf-8")
    print(f"Wrote {args.out / METRICS}. Update the tables with python -m scripts.evaluate tables.")
    return 0


def filled(text: str, report: Reports) -> str:
    """`text` with the small tables between `<!-- results -->` and `<!-- /results -->`, if new fans were measured."""
    if not report.by_count():
        return text
    tables = "\n\n".join(table for table in (_small(report), _small_watching(report)) if table)
    return _MARKS.sub(lambda found: f"{found[1]}\n{tables}\n\n{found[2]}", text)


def _small(report: Reports) -> str:
    """The models and the best baseline by number of known ratings."""
    heads, cells = [], {name: [] for name in (*REGISTRY, "best baseline")}
    for measure, highest in (("ndcg10", True), ("rmse", False)):
        curves = {curve.name: curve.points for curve in report.curves(measure)}
        rivals = [curve for curve in report.curves(measure) if curve.is_baseline]
        winners = reports.best(rivals, highest=highest)
        for k in (k for k in _SMALL if k in report.by_count()):
            heads.append(f"{NAMES[measure]}, {k} known")
            for name in REGISTRY:
                cells[name].append(_value(curves.get(name, {}).get(k)))
            rival, figure = winners.get(k, ("", None))
            cells["best baseline"].append(f"{_value(figure)} {rival}".strip())
    return markdown_table(heads, {name: row for name, row in cells.items() if any(row)})


def _small_watching(report: Reports) -> str:
    """NDCG@10 of all systems for fans of today."""
    table = report.table(WATCHING)
    if table is None:
        return ""
    measures = ("ndcg10", "ndcg10_recent")
    rows = {name: [_value(row.get(measure)) for measure in measures] for name, row in table.rows.items()}
    return markdown_table([f"fans of 2025: {NAMES[measure]}" for measure in measures], rows)


def _value(figure: Figure | None) -> str:
    return f"{figure.value:.3f}" if figure else ""


def _table(table: Table, digits: int = 3) -> str:
    columns = [table.column(measure, digits) for measure in table.measures]
    heads = [NAMES.get(measure, measure) for measure in table.measures]
    return markdown_table(heads, dict(zip(table.rows, zip(*columns, strict=True), strict=True)))


def markdown(report: Reports) -> str:
    """All tables, with the standard error after each figure."""
    parts = ["# Results", "Written by `python -m scripts.evaluate tables`. Figures ± standard error."]
    if report.by_count():
        parts += _new_fans(report)
    if report.by_count(EARLIER_FANS):
        how = "The same figures for the held-out fans of the first data set alone, of 2016 and 2020."
        parts += ["## Fans of the first data set", how, *_by_count(report, EARLIER_FANS)]
    if watching := report.table(WATCHING):
        parts += ["## Fans of today, without scores", watching.how, _table(watching)]
    if article := report.table("article"):
        how = (
            f"{article.how} The folds are those of Surprise's `KFold`; each fold trains every algorithm again. Most "
            "ratings of every fan are known here, so these errors are not those of new fans. The blend is of the "
            "factors and title neighbours."
        )
        parts += ["## The reference article's table", how.strip(), _table(article, 4)]
    if cold := report.table("cold-titles"):
        parts += ["## Titles without ratings", cold.how, _table(cold)]
    for subject, title in _CHOOSING.items():
        if table := report.table(subject):
            parts += [f"## {title}", table.how, _table(table)]
            further = {name: report.table(subject, name) for name in _FURTHER}
            parts += [text for name, one in further.items() if one for text in (f"### {_FURTHER[name]}", _table(one))]
    if later := report.table(LATER_FANS):
        parts += ["## Trained on earlier lists", later.how, _table(later)]
    if page := report.page_rules():
        parts += ["## What the page's rules cost", _page(page[0], report.measured[PAGE]), _table(page[1])]
    return "\n\n".join(parts) + "\n"


def _new_fans(report: Reports) -> list[str]:
    tuned = "" if report.part == "test" else " The models were tuned on these fans."
    how = (
        f"Held-out fans of the {report.part} part.{tuned} Each model knows k random ratings of a fan; the others are "
        "hidden. It ranks all titles: NDCG@10 counts hidden titles that the fan scored 8 or more. RMSE is over the "
        "hidden scores. Gains are paired, over the best baseline at that k."
    )
    parts, fans = ["## New fans", how, *_by_count(report, NEW_FANS)], report.fans()
    for k, rows in report.by_count().items():
        parts += [f"### {k} known ratings ({fans[k]} fans)", _table(Table(rows))]
    return parts


def _by_count(report: Reports, subject: str) -> list[str]:
    """NDCG@10 and RMSE of all algorithms by number of known ratings."""
    parts, fans = [], report.fans(subject)
    for measure in ("ndcg10", "rmse"):
        cells = {
            curve.name: [curve.points[k].text() if k in curve.points else "" for k in fans]
            for curve in report.curves(measure, subject)
        }
        heads = [f"k = {k} ({n} fans)" for k, n in fans.items()]
        parts += [f"### {NAMES[measure]}", markdown_table(heads, cells)]
    return parts


def _page(model: str, figures: Mapping[str, Any]) -> str:
    return (
        f"Ten titles of the {model} model for held-out fans of the {figures['part']} part, with the rules of the "
        "Recommend page: only one title of a series, its beginning first, and genres that differ (weight "
        f"{figures['diversity']:g}). The cost is paired, in percent of NDCG@10 without rules."
    )
