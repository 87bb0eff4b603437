"""Recommend titles for the fans in a Parquet file or for one list, or predict scores of fans for titles.

python -m scripts.recommend --ratings fans.parquet --model svd -n 10 --out picks.parquet
python -m scripts.recommend --ratings fans.parquet --pairs pairs.parquet --model svd --out scores.parquet
python -m scripts.recommend --list my-anime.csv --json
"""

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from threadpoolctl import threadpool_limits
from tqdm import tqdm

import recsys
from recsys.errors import DataError
from recsys.serving import batch, pairs
from recsys.serving.batch import Choices, ListsFile
from recsys.serving.pairs import PairsFile
from scripts.common import add_options, run


def main(argv: list[str] | None = None) -> int:
    with threadpool_limits(1):
        return run(_run, _parser().parse_args(argv))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.recommend", description=(__doc__ or "").split("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--ratings",
        type=Path,
        metavar="FILE",
        help="Parquet with the columns fan, anime_id, score (null: seen, not scored)",
    )
    source.add_argument(
        "--list",
        type=Path,
        metavar="FILE",
        help="a list in a file of any kind: an export, a spreadsheet, JSON, notes",
    )
    source.add_argument("--mal-xml", type=Path, metavar="FILE", help="a MyAnimeList export, .xml or .xml.gz")
    source.add_argument(
        "--user", metavar="NAME", help="a MyAnimeList username (needs MAL_CLIENT_ID in the environment)"
    )
    source.add_argument("--anilist", metavar="NAME", help="an AniList username")
    source.add_argument("--kitsu", metavar="NAME", help="a Kitsu username")
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE",
        help="Parquet with the columns fan, anime_id: predict these instead of recommending",
    )
    parser.add_argument("--scale", type=float, metavar="N", help="highest possible score in --list (default: found)")
    parser.add_argument(
        "--sheet",
        action="append",
        metavar="NAME",
        help="a sheet of --list to read; may be repeated (default: those that are surely your list)",
    )
    parser.add_argument("--model", metavar="NAME", help="popularity, svd, … (default: the best in the artifacts)")
    parser.add_argument("-n", type=int, default=10, help="number of titles for each fan (default: 10)")
    parser.add_argument("--discovery", type=float, default=0.0, help="from 0, safe, to 1, adventurous (default: 0)")
    parser.add_argument("--by-score", action="store_true", help="rank by predicted score alone")
    parser.add_argument(
        "--franchise-rules", action="store_true", help="only one title of a franchise, the first entry first"
    )
    parser.add_argument("--adult", action="store_true", help="include adult titles")
    add_options(parser, "--artifacts", "--ray")
    parser.add_argument("--out", type=Path, metavar="FILE", help="Parquet file to write (with --ratings)")
    parser.add_argument("--json", action="store_true", help="print JSON (for one list)")
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.ratings and not options.out:
        raise DataError("--ratings needs --out FILE, the file to write.")
    if options.pairs and not options.ratings:
        raise DataError("--pairs needs --ratings FILE with the lists of the fans.")
    if options.ray:
        return _on_cluster(options)
    if not options.ratings:
        return _one(recsys.load(options.artifacts), options)
    lists = ListsFile(options.ratings)  # first, so that what is wrong in the files is said at once
    wanted = PairsFile(options.pairs, lists) if options.pairs else None
    engine = recsys.load(options.artifacts)
    if wanted:
        return _predict(engine, wanted, options)
    rows = batch.recommend(engine, tqdm(lists.profiles(), total=len(lists), unit="fan"), _choices(options))
    count = batch.write(rows, batch.output_schema(lists.fan_type, ranked=True), options.out)
    print(f"{options.out}: {count:,} rows")
    return 0


def _on_cluster(options: argparse.Namespace) -> int:
    if not options.ratings:
        raise DataError("--ray is for --ratings: one list needs no cluster.")
    from recsys.cluster import score

    choices, files = _choices(options), (options.ratings, options.pairs)
    found = score.score_everyone(options.ray, options.artifacts, files, choices, options.out)
    print(f"{options.out}: {found.rows:,} rows")
    _tell(found.impersonal)
    print(
        f"{found.fans:,} fans in {found.seconds:,.1f} s; {found.blocks:,} blocks, of which {found.earlier:,} were done "
        f"before; at most {found.peak_mb:,.0f} MB in a worker."
    )
    return 0


def _choices(options: argparse.Namespace) -> Choices:
    return Choices(options.model, options.n, _filters(options), options.discovery, options.by_score)


def _filters(options: argparse.Namespace) -> recsys.Filters:
    return recsys.Filters(adult=options.adult, franchise_rules=options.franchise_rules)


def _one(engine: recsys.Engine, options: argparse.Namespace) -> int:
    if options.list:
        fan = _read(engine, options)
    else:
        if options.mal_xml:
            found = recsys.lists.mal_xml.import_list(options.mal_xml)
        elif options.anilist:
            found = recsys.lists.anilist.import_list(options.anilist)
        elif options.kitsu:
            found = recsys.lists.kitsu.import_list(options.kitsu)
        else:
            found = recsys.lists.mal_api.import_list(options.user)
        for note in (*found.notes, *(f"{count:,} left out: {reason}." for reason, count in found.skipped)):
            print(f"recommend: {note}", file=sys.stderr)
        fan = found.profile
    picks = _choices(options).picks(engine, fan)
    if options.json:
        json.dump([dataclasses.asdict(pick) for pick in picks], sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print(f"{len(fan.scores):,} scored and {len(fan.begun) - len(fan.scores):,} unscored titles on the list")
        for rank, pick in enumerate(picks, 1):
            print(f"{rank:3}. {pick.predicted:4.1f}  [{pick.low:4.1f}-{pick.high:4.1f}]  {pick.title}")
    if len(picks) < options.n:
        left = engine.candidates(fan, options.model, _filters(options), options.by_score, options.discovery)
        print(f"recommend: {left.shortage(options.n) or 'At most one title of a franchise.'}", file=sys.stderr)
    return 0


def _read(engine: recsys.Engine, options: argparse.Namespace) -> recsys.Profile:
    """What is certain in `--list`; the report goes to stderr."""
    match = engine.match.with_adult() if options.adult else engine.match
    found = recsys.lists.read(options.list, match, scale=options.scale)
    if options.sheet:
        found = found.answer(sheets=options.sheet)
    for line in found.report.lines():
        print(f"recommend: {line}", file=sys.stderr)
    if found.profile.is_empty and any(sheet.is_asked for sheet in found.report.sheets):
        raise DataError("It is not certain which sheets are your list. Name them with --sheet.")
    return found.profile


def _predict(engine: recsys.Engine, wanted: PairsFile, options: argparse.Namespace) -> int:
    impersonal = 0

    def count_fan(not_personal: int) -> None:
        nonlocal impersonal
        impersonal += not_personal
        bar.update()

    with tempfile.TemporaryDirectory(prefix="anime-alchemy-pairs-") as name:
        n_fans = wanted.write_sorted(folder := Path(name))
        with tqdm(total=n_fans, unit="fan") as bar:
            rows = pairs.predict(engine, folder, options.model, impersonal=count_fan)
            count = batch.write(rows, batch.output_schema(wanted.lists.fan_type, ranked=False), options.out)
    _tell(impersonal)
    print(f"{options.out}: {count:,} rows")
    return 0


def _tell(impersonal: int) -> None:
    if impersonal:
        print(f"recommend: {impersonal:,} predictions are not personal (unknown title or fan)", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
