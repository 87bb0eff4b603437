"""Small raw sets for tests, in each public schema, and a plain Python implementation of preparing."""

import csv
import gzip
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from recsys.prepare.workspace import Options

AZATHOTH, COOPER_UNION, HERNAN = "azathoth42", "CooperUnion", "hernan4444"
TITLES = [1, 5, 6, 2**31 - 1]
USERS = [0, 7, 8, 9]
#: For sets of a few rows: fans and titles with more than one rating stay.
SMALL = Options(more_than=1, threads=1)
LIST_HEADER = [
    "username", "anime_id", "my_watched_episodes", "my_start_date", "my_finish_date", "my_score", "my_status",
    "my_rewatching", "my_rewatching_ep", "my_last_updated", "my_tags",
]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One list row as text: `user` is the number of a fan, whose name is `fan<number>`."""

    user: str
    anime_id: str
    score: str
    status: str = "2"
    updated: str = "2016-01-01 00:00:00"
    tags: str = ""


def write(
    folder: Path, schema: str, rows: Iterable[Row], titles: Iterable[int], users: Iterable[int] = (), gz: bool = False
) -> Path:
    """Write the files of a set; `users` are the ids in the fans' file, where the schema has one."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [(i, f"Title {i}") for i in titles]
    if schema == AZATHOTH:
        lists = [[f"fan{r.user}", r.anime_id, "1", "", "", r.score, r.status, "", "", r.updated, r.tags] for r in rows]
        _csv(folder / "animelists_cleaned.csv", LIST_HEADER, lists, gz)
        _csv(folder / "anime_cleaned.csv", ["anime_id", "title", "type"], [(*n, "TV") for n in names], gz)
        _csv(folder / "users_cleaned.csv", ["username", "user_id", "gender"], [(f"fan{u}", u, "") for u in users], gz)
    elif schema == COOPER_UNION:
        _csv(
            folder / "rating.csv", ["user_id", "anime_id", "rating"], [(r.user, r.anime_id, r.score) for r in rows], gz
        )
        header = ["anime_id", "name", "genre", "type", "episodes", "rating", "members"]
        _csv(folder / "anime.csv", header, [(*n, "Action", "TV", "12", "7.5", "100") for n in names], gz)
    else:
        header = ["user_id", "anime_id", "rating", "watching_status", "watched_episodes"]
        lists = [[r.user, r.anime_id, r.score, r.status, "1"] for r in rows]
        _csv(folder / "animelist.csv", header, lists, gz)
        _csv(folder / "anime.csv", ["MAL_ID", "Name", "Score", "Genres"], [(*n, "7.5", "Action") for n in names], gz)
    return folder


def write_watching(path: Path, rows: Iterable[Iterable[Any]], header: str = "fan,anime_id,position") -> Path:
    """Write a watching list: (fan, anime id, position) for each row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _csv(path.with_name(path.name.removesuffix(".gz")), header.split(","), rows, gz=path.suffix == ".gz")
    return path


def _csv(path: Path, header: list[str], rows: Iterable[Iterable[Any]], gz: bool) -> None:
    with gzip.open(f"{path}.gz", "wt", newline="") if gz else path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@dataclass
class Expected:
    """The expected result of preparing."""

    ratings: list[tuple[int, int, int]]
    unscored: list[tuple[int, int, int]]
    users: list[int]
    stats: dict[int, list[int]]
    dropped: Counter[str]
    sparse: tuple[int, int]


def reference(
    rows: Iterable[Row], titles: Iterable[int], users: Iterable[int] | None, more_than: int, has: tuple[str, ...]
) -> Expected:
    """The article's rule in plain Python. `users` None: the set has no fans' file. `has`: its optional columns."""
    dropped: Counter[str] = Counter()
    latest: dict[tuple[int, int], tuple[str, int, int]] = {}
    for row in rows:
        user, anime_id, score = _whole(row.user), _whole(row.anime_id), _whole(row.score or "0")
        if users is None and (user is None or user < 0):
            dropped["malformed fan"] += 1
        elif anime_id is None or not 0 < anime_id < 2**31:
            dropped["malformed title id"] += 1
        elif score is None:
            dropped["malformed score"] += 1
        elif not -1 <= score <= 10:
            dropped["score outside 1-10"] += 1
        elif anime_id not in titles:
            dropped["unknown title"] += 1
        elif user is None or (users is not None and user not in users):
            dropped["unknown user"] += 1
        else:
            updated = row.updated if "updated" in has else ""
            status = int(row.status) if "status" in has else 2
            old = latest.get((user, anime_id))
            dropped["duplicate"] += old is not None
            if old is None or updated >= old[0]:
                latest[user, anime_id] = (updated, max(score, 0), status)
    scored = {key: score for key, (_, score, _) in latest.items() if score}
    dropped["score 0"] = len(latest) - len(scored)
    per_user, per_title = Counter(u for u, _ in scored), Counter(i for _, i in scored)
    dense = {key: score for key, score in scored.items() if per_user[key[0]] > more_than}
    kept = {key: score for key, score in dense.items() if per_title[key[1]] > more_than}
    dropped["sparse fan"], dropped["sparse title"] = len(scored) - len(dense), len(dense) - len(kept)
    fans = sorted({user for user, _ in kept})
    stats: dict[int, list[int]] = {}
    for (_, anime_id), score in kept.items():
        stats.setdefault(anime_id, [0] * 10)[score - 1] += 1
    return Expected(
        ratings=sorted((*key, score) for key, score in kept.items()),
        unscored=sorted((*key, status) for key, (_, score, status) in latest.items() if not score and key[0] in fans),
        users=fans,
        stats=dict(sorted(stats.items())),
        dropped=+dropped,
        sparse=(sum(n < 10 for n in per_title.values()), sum(n < 10 for n in per_user.values())),
    )


def _whole(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if math.isfinite(number) and number == math.floor(number) else None


def rows_of(folder: Path, name: str) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute("FROM read_parquet(?)", [str(folder / name)]).fetchall()


def good(folder: Path, schema: str = AZATHOTH) -> Path:
    """A set of two fans who both scored two titles."""
    rows = [Row(str(user), str(title), str(user)) for user in (7, 8) for title in (1, 5)]
    return write(folder, schema, rows, TITLES, USERS)


def lists_file(folder: Path) -> Path:
    return next(iter([*folder.glob("animelist*"), *folder.glob("rating*")]))
