"""Figures as `metrics.json` and as Markdown tables."""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recsys.data import manifest
from recsys.errors import ArtifactError

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
    ("80% band covers", "band", 3),
    ("coverage", "coverage", 3),
    ("mean raters", "popularity", 0),
    ("diversity", "diversity", 3),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help=f"folder of artifacts whose {METRICS} to write (default: print only)")
    parser.add_argument("--markdown", type=Path, help="file to write the tables of all figures in --out to")
    parser.add_argument("--readme", type=Path, help="file whose blocks of results to write anew from --out")


def publish(subject: str, figures: Mapping[str, Any], args: argparse.Namespace) -> int:
    """Print `figures`, and write what the arguments ask for."""
    print(markdown({subject: figures}))
    if args.out is None:
        return 0
    path = args.out / METRICS
    everything = {**measured(args.out), subject: figures}
    with manifest.writing(args.out) as batch:
        text = json.dumps(everything, indent=1, allow_nan=False) + "\n"
        batch.path(METRICS, subject=sorted(everything)).write_text(text, encoding="utf-8")
    print(f"Wrote {path}.")
    if args.markdown is not None:
        args.markdown.parent.mkdir(parents=True, exist_ok=True)
        args.markdown.write_text(markdown(everything), encoding="utf-8")
        print(f"Wrote {args.markdown}.")
    if args.readme is not None:
        args.readme.write_text(filled(args.readme.read_text(encoding="utf-8"), everything), encoding="utf-8")
        print(f"Wrote {args.readme}.")
    return 0


def measured(folder: Path) -> dict[str, Any]:
    """The figures in `folder`, by subject; none if it has no metrics.json yet."""
    path = folder / METRICS
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError:
        raise ArtifactError(f"{path} is damaged: it is not JSON. Delete it and measure again.") from None


def filled(text: str, everything: Mapping[str, Any]) -> str:
    """`text` with what stands between `<!-- results:NAME -->` and `<!-- /results:NAME -->` written anew, for each of
    the figures that there are."""
    blocks = {"article": _article_rows, "new-fans": _by_count}
    for name, rows in blocks.items():
        if name in everything:
            marks = re.compile(f"(<!-- results:{name} -->\n).*?(<!-- /results:{name} -->)", re.DOTALL)
            table = "\n".join(rows(everything[name]))
            text = marks.sub(lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}", text)
    return text


def markdown(everything: Mapping[str, Any]) -> str:
    """The tables, with the standard error after each figure."""
    parts = ["# Results\n", "Written by `python -m scripts.evaluate`; figures ± standard error.\n"]
    if "article" in everything:
        heading = ["## The reference article's table\n", everything["article"]["how"] + "\n"]
        parts.append("\n".join([*heading, *_article_rows(everything["article"]), ""]))
    if "new-fans" in everything:
        parts.append(_new_fans(everything["new-fans"]))
    if "cold-titles" in everything:
        parts.append(_cold_titles(everything["cold-titles"]))
    if "page" in everything:
        parts.append(_page(everything["page"]))
    return "\n".join(parts)


def _article_rows(figures: Mapping[str, Any]) -> list[str]:
    rows = figures["rows"]
    measures = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(_measure(name) for name in measures) + " |", "|---" + "|---:" * len(measures) + "|"]
    for name, row in rows.items():
        cells = (_cell(row[measure], 1 if "time" in measure else 4) for measure in measures)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _measure(name: str) -> str:
    return name.replace("_", " ").replace("rmse", "RMSE").replace("mae", "MAE")


def _by_count(figures: Mapping[str, Any]) -> list[str]:
    """NDCG@10 and RMSE of every contender by the number of known ratings."""
    counts = list(figures["by_known_ratings"].values())
    lines = []
    for key, title in (("ndcg10", "NDCG@10"), ("rmse", "RMSE")):
        named = [name for name, row in counts[-1].items() if key in row]
        told = figures["by_known_ratings"].items()
        fans = (f"k = {k} ({max(row['fans'] for row in rows.values())} fans)" for k, rows in told)
        lines += [f"| {title} | " + " | ".join(fans) + " |", "|---" + "|---:" * len(counts) + "|"]
        lines += [f"| {name} | " + " | ".join(_cell(rows[name][key], 3) for rows in counts) + " |" for name in named]
        lines.append("")
    return lines[:-1]


def _new_fans(figures: Mapping[str, Any]) -> str:
    lines = [
        "## New fans\n",
        (
            f"Fans of the {figures['part']} part, whom nothing was trained or tuned on. Told k of their ratings, drawn "
            "at random, each model ranks every title it knows; relevant are hidden titles scored 8 or more. Gains are "
            "paired, over the baseline that is best at that k.\n"
        ),
    ]
    for k, rows in figures["by_known_ratings"].items():
        fans = max(row["fans"] for row in rows.values())
        shown = [column for column in _COLUMNS if any(column[1] in row for row in rows.values())]
        lines += [f"### {k} known ratings ({fans} fans)\n", "| | " + " | ".join(title for title, *_ in shown) + " |"]
        lines.append("|---" + "|---:" * len(shown) + "|")
        for name, row in rows.items():
            cells = (_cell(row.get(key), digits) for _, key, digits in shown)
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _cold_titles(figures: Mapping[str, Any]) -> str:
    lines = [
        "## Titles without ratings\n",
        figures["how"] + "\n",
        "| | RMSE | below the fan's mean |",
        "|---|---:|---:|",
    ]
    lines += [
        f"| {name} | {_cell(row['rmse'], 3)} | {_cell(row['below'], 1)}% |" for name, row in figures["rows"].items()
    ]
    return "\n".join([*lines, ""])


def _page(figures: Mapping[str, Any]) -> str:
    lines = [
        "## What the page's rules cost\n",
        (
            f"The {figures['model']} model's ten for fans of the {figures['part']} part, as the page shows them: one "
            "title of a series and its beginning first, and genres unlike those already picked "
            f"(weight {figures['diversity']:g}). Cost is paired, in percent of NDCG@10 without rules.\n"
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
