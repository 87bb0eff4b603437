"""Recommend titles for the fans in a Parquet file or for one list, or predict scores of fans for titles.

python -m scripts.recommend --ratings fans.parquet --model svd -n 10 --out picks.parquet
python -m scripts.recommend --ratings fans.parquet --pairs pairs.parquet --model svd --out scores.parquet
python -m scripts.recommend --mal-xml export.xml.gz --json
"""

import argparse
import dataclasses
import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits
from tqdm import tqdm

import recsys
from recsys.errors import DataError
from scripts.common import add_options, run

_FLUSH_ROWS = 100_000


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
    source.add_argument("--mal-xml", type=Path, metavar="FILE", help="a MyAnimeList export, .xml or .xml.gz")
    source.add_argument(
        "--user", metavar="NAME", help="a MyAnimeList username (needs MAL_CLIENT_ID in the environment)"
    )
    source.add_argument("--anilist", metavar="NAME", help="an AniList username")
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE",
        help="Parquet with the columns fan, anime_id: predict these instead of recommending",
    )
    parser.add_argument("--model", metavar="NAME", help="popularity, svd, … (default: the best in the artifacts)")
    parser.add_argument("-n", type=int, default=10, help="number of titles for each fan (default: 10)")
    parser.add_argument("--discovery", type=float, default=0.0, help="from 0, safe, to 1, adventurous (default: 0)")
    parser.add_argument("--by-score", action="store_true", help="rank by predicted score alone")
    parser.add_argument(
        "--franchise-rules", action="store_true", help="only one title of a franchise, the first entry first"
    )
    parser.add_argument("--adult", action="store_true", help="include adult titles")
    add_options(parser, "--artifacts")
    parser.add_argument("--out", type=Path, metavar="FILE", help="Parquet file to write (with --ratings)")
    parser.add_argument("--json", action="store_true", help="print JSON (for one list)")
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.ratings and not options.out:
        raise DataError("--ratings needs --out FILE, the file to write.")
    if options.pairs and not options.ratings:
        raise DataError("--pairs needs --ratings FILE with the lists of the fans.")
    engine = recsys.load(options.artifacts)
    if not options.ratings:
        return _one(engine, options)
    lists = _Lists(options.ratings)
    if options.pairs:
        rows = _predict(engine, lists, options)
    else:
        rows = _recommend(engine, lists, options)
    count = _write(rows, lists.fan_type, options.out, ranked=not options.pairs)
    print(f"{options.out}: {count:,} rows")
    return 0


def _picks(engine: recsys.Engine, fan: recsys.Profile, options: argparse.Namespace) -> list[recsys.Pick]:
    return engine.recommend(
        fan, options.model, options.n, _filters(options), discovery=options.discovery, by_score=options.by_score
    )


def _filters(options: argparse.Namespace) -> recsys.Filters:
    return recsys.Filters(adult=options.adult, franchise_rules=options.franchise_rules)


def _one(engine: recsys.Engine, options: argparse.Namespace) -> int:
    if options.mal_xml:
        found = recsys.lists.mal_xml.import_list(options.mal_xml)
    elif options.anilist:
        found = recsys.lists.anilist.import_list(options.anilist)
    else:
        found = recsys.lists.mal_api.import_list(options.user)
    for note in (*found.notes, *(f"{count:,} left out: {reason}." for reason, count in found.skipped)):
        print(f"recommend: {note}", file=sys.stderr)
    fan = found.profile
    picks = _picks(engine, fan, options)
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


class _Lists:
    """Reads fans' lists from a Parquet file, one at a time, in the order of the fan column."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.types = _columns(path, ("fan", "anime_id", "score"))
        self.fan_type = self.types["fan"]
        null_fans, bad = _query(
            "SELECT count(*) FILTER (fan IS NULL OR anime_id IS NULL), "
            "count(*) FILTER (score IS NOT NULL AND NOT coalesce(score BETWEEN 1 AND 10, false)) FROM read_parquet(?)",
            path,
        ).fetchall()[0]
        if null_fans:
            raise DataError(f"{path}: {null_fans:,} rows have no fan or no anime_id; remove them.")
        if bad:
            raise DataError(f"{path}: {bad:,} scores are outside 1-10; use null for a title that is not scored.")

    def profiles(self) -> Iterator[tuple[Any, recsys.Profile]]:
        reader = _query(
            "SELECT fan, list(anime_id), list(score) FROM (SELECT fan, anime_id::BIGINT AS anime_id, "
            "max(score)::DOUBLE AS score FROM read_parquet(?) GROUP BY ALL) GROUP BY fan ORDER BY fan",
            self.path,
        )
        while rows := reader.fetchmany(1000):
            for fan, ids, scores in rows:
                scored = {i: s for i, s in zip(ids, scores, strict=True) if s is not None}
                yield fan, recsys.Profile(scores=scored, seen=set(ids) - scored.keys())

    def __len__(self) -> int:
        return _query("SELECT count(DISTINCT fan) FROM read_parquet(?)", self.path).fetchall()[0][0]


def _query(sql: str, *paths: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect().execute(sql, [str(path) for path in paths])
    except duckdb.Error as error:
        raise DataError(f"Cannot read {' and '.join(map(str, paths))}: {str(error).splitlines()[0]}") from None


def _columns(path: Path, names: tuple[str, ...]) -> dict[str, pa.DataType]:
    """Types of the columns `names` of a Parquet file. Raises `DataError` if it cannot be read or lacks one."""
    try:
        schema = pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"Cannot read {path} as Parquet: {error}") from None
    missing = [name for name in names if name not in schema.names]
    if missing:
        raise DataError(f"{path} has no column {missing[0]}; it needs {', '.join(names)}.")
    for name in names[1:]:
        if not (pa.types.is_integer(t := schema.field(name).type) or pa.types.is_floating(t) or pa.types.is_null(t)):
            raise DataError(f"{path}: column {name} is {t}; it must be a number.")
    return {name: schema.field(name).type for name in names}


def _recommend(engine: recsys.Engine, lists: _Lists, options: argparse.Namespace) -> Iterator[tuple]:
    for fan, profile in tqdm(lists.profiles(), total=len(lists), unit="fan"):
        for rank, pick in enumerate(_picks(engine, profile, options), 1):
            yield fan, rank, pick.anime_id, pick.predicted, pick.low, pick.high


def _predict(engine: recsys.Engine, lists: _Lists, options: argparse.Namespace) -> Iterator[tuple]:
    """Predictions for the pairs, fan by fan. A fan without a list is predicted as one without ratings."""
    pairs_type = _columns(options.pairs, ("fan", "anime_id"))["fan"]
    if pairs_type != lists.fan_type:
        raise DataError(f"{options.pairs}: column fan is {pairs_type}, but {lists.fan_type} in {lists.path}.")
    sql = "SELECT fan, list(anime_id::BIGINT) FROM read_parquet(?) WHERE fan IS NOT NULL GROUP BY fan ORDER BY fan"
    wanted = dict(_query(sql, options.pairs).fetchall())
    without_list = wanted.keys() - {
        fan for (fan,) in _query("SELECT DISTINCT fan FROM read_parquet(?)", lists.path).fetchall()
    }
    fans = itertools.chain(lists.profiles(), ((fan, recsys.Profile()) for fan in sorted(without_list)))
    impersonal = 0
    for fan, profile in tqdm(fans, total=len(lists) + len(without_list), unit="fan"):
        for found in engine.predict(profile, wanted.get(fan, []), options.model):
            impersonal += found.fallback is not None
            yield fan, found.anime_id, found.predicted, found.low, found.high
    if impersonal:
        print(f"recommend: {impersonal:,} predictions are not personal (unknown title or fan)", file=sys.stderr)


def _write(rows: Iterator[tuple], fan_type: pa.DataType, out: Path, *, ranked: bool) -> int:
    """Write rows to a temporary file, then rename it, so that an interrupted run keeps the old output."""
    middle = [("rank", pa.int32())] if ranked else []
    scores = [(name, pa.float64()) for name in ("predicted", "low", "high")]
    schema = pa.schema([("fan", fan_type), *middle, ("anime_id", pa.int64()), *scores])
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
    os.close(handle)
    count = 0
    try:
        with pq.ParquetWriter(temporary, schema) as writer:
            while some := list(itertools.islice(rows, _FLUSH_ROWS)):
                columns = zip(schema, zip(*some, strict=True), strict=True)
                arrays = [pa.array(column, type=field.type) for field, column in columns]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
                count += len(some)
        os.chmod(temporary, 0o644)
        os.replace(temporary, out)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return count


if __name__ == "__main__":
    sys.exit(main())
