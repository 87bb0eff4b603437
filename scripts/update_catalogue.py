"""Bring the titles of one season from AniList or MyAnimeList into the catalogue."""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recsys.catalogue_build import (
    origins,
    season,
    season_anilist,
    season_fetch,
    season_mal,
    season_update,
)
from recsys.data import catalogue, manifest
from recsys.errors import DataError
from recsys.models import store
from recsys.settings import ListSettings
from recsys.types import Title
from scripts.common import run


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.update_catalogue", description=__doc__)
    parser.add_argument(
        "--season",
        default="this",
        help="last, this or next, or a year and winter, spring, summer or fall, such as 2026-fall (default: this)",
    )
    parser.add_argument(
        "--source",
        choices=("anilist", "mal"),
        default="anilist",
        help="AniList, or MyAnimeList, which needs a client id in MAL_CLIENT_ID (default: anilist)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("artifacts"), help="folder of the catalogue (default: artifacts)"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("build/season"),
        help="folder for the pages that came, so that a run that failed goes on there (default: build/season)",
    )
    return run(_update, parser.parse_args(argv))


def _update(args: argparse.Namespace) -> int:
    now, out = datetime.now(UTC), args.out
    wanted, chosen, work = season.parse(args.season, now), args.source, args.work
    settings = season_fetch.patient(ListSettings.from_env())
    source = season_mal.MyAnimeList(settings) if chosen == "mal" else season_anilist.AniList(settings.anilist_url)
    described = manifest.read(out)
    titles = catalogue.Catalogue.load(described.path(catalogue.FILE)).titles()
    described.path(catalogue.FRANCHISES)  # checks it
    known = origins.read(described.path(origins.FILE))
    month = now.strftime("%Y-%m")

    print(f"asking {source.name} for the titles of {wanted}", file=sys.stderr)
    fetcher = season_fetch.Fetcher(source, wanted, settings, work)
    answer = season_update.Answer()
    answer.add(source.read(entry, month) for entry in fetcher.titles())
    if not answer.facts:
        fetcher.forget()
        raise DataError(
            f"{source.name} has no titles with a MyAnimeList id for {wanted}. Nothing was changed; check the season."
        )
    listed = len(answer.facts)
    entries, asked = fetcher.single(season_update.missing(titles, wanted, answer))
    answer.add(source.read(entry, month) for entry in entries)
    gone = season_update.gone(titles, asked, answer)
    if not season_update.believable(gone, answer):
        print(f"{source.name} does not have {len(gone)} titles any more: too many, so they stay", file=sys.stderr)
        gone = set()

    print("merging, and placing new titles in their franchises", file=sys.stderr)
    updated = season_update.update(
        titles, known, answer, by=source.name, seen=month, gone=gone, keep=_scored(described)
    )
    counts = {
        "titles": listed,
        "new": len(updated.new),
        "changed": _changed(titles, updated),
        "moved": {str(old): new for old, new in updated.moved.items()},
        "withdrawn": list(updated.withdrawn),
        "skipped": dict(answer.skipped),
        "unknown_words": dict(answer.unknown),
    }
    entry = {"name": f"{source.name}'s API", "version": str(wanted), "licence": source.licence}
    entry |= {"date": now.date().isoformat(), **counts}
    _write(out, described, updated, entry)
    fetcher.forget()
    _print(out, source.name, wanted, counts)
    return 0


def _scored(described: manifest.Manifest) -> set[int]:
    """The titles that any model scores. They stay in the catalogue, since a model is refused without them."""
    names = [name for name in described.models if name in store.REGISTRY]
    models = (store.load(name, described.path(store.file_name(name))) for name in names)
    return {anime_id for model in models for anime_id in model.item_ids.tolist()}


def _changed(titles: Sequence[Title], updated: season_update.Updated) -> int:
    before = {title.anime_id: title for title in titles}
    return sum(1 for title in updated.titles if title.anime_id in before and title != before[title.anime_id])


def _write(out: Path, described: manifest.Manifest, updated: season_update.Updated, entry: Mapping[str, Any]) -> None:
    """Change catalogue, franchises, origins and manifest in one step."""
    old = described.files[catalogue.FILE]
    sources = [
        one
        for one in old.get("sources", ())
        if (one.get("name"), one.get("version")) != (entry["name"], entry["version"])
    ]
    fields = {"data_set": old.get("data_set", "open catalogues (see sources)"), "sources": [*sources, entry]}
    with manifest.writing(out, **fields) as batch:
        origins.add_catalogue(batch, updated.titles, updated.origins)
        catalogue.Catalogue.load(batch.path(catalogue.FILE))  # raises if the app could not read it
        if manifest.read(out).files.get(catalogue.FILE) != old:
            raise DataError(f"Another command changed {out} meanwhile. Nothing was changed; run this one again.")


def _print(out: Path, name: str, wanted: season.Season, counts: Mapping[str, Any]) -> None:
    print(
        f"{name}, {wanted}: {counts['titles']:,} titles, {counts['new']:,} new, {counts['changed']:,} changed, "
        f"{len(counts['moved'])} with another id, {len(counts['withdrawn'])} withdrawn"
    )
    for label, count in (("skipped", counts["skipped"]), ("unknown and left out", counts["unknown_words"])):
        if count:
            listed = ", ".join(f"{reason} ({n})" for reason, n in Counter(count).most_common())
            print(f"{label}: {listed}")
    for file in (catalogue.FILE, catalogue.FRANCHISES, origins.FILE):
        print(f"wrote {out / file}: {(out / file).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    sys.exit(main())
