"""Run-time choices that are not part of a model's configuration."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from recsys.errors import SettingError

#: Where covers may come from: the catalogue names no other host, and the server asks no other.
COVER_HOSTS = frozenset({"cdn.myanimelist.net", "s4.anilist.co", "media.kitsu.app"})


@dataclass(frozen=True)
class Settings:
    """Settings of serving."""

    #: Titles with fewer ratings in the data, held-out fans included, are left out where the predicted score alone
    #: decides: it is unreliable for them.
    min_raters: int = 50
    #: Of ten titles, at least this much of the list's share of recent titles is recent (`recsys.serving.eras`); 0: any.
    recent_share: float = 1.0
    #: The foldings used last keep what they have computed: more than visitors who move a control at the same time.
    kept_foldings: int = 64


@dataclass(frozen=True)
class ListSettings:
    """Settings of fetching fans' lists. Times are in seconds."""

    mal_url: str = "https://api.myanimelist.net/v2"
    anilist_url: str = "https://graphql.anilist.co"
    kitsu_url: str = "https://kitsu.io/api/edge"
    #: MyAnimeList's API requires it. Left out of `repr`, so that no log or traceback shows it.
    mal_client_id: str = field(default="", repr=False)
    connect_timeout: float = 5.0
    #: Longest silence within an answer.
    read_timeout: float = 15.0
    #: For one list: all pages, retries and waiting for a turn.
    deadline: float = 60.0
    #: How often one request is tried.
    attempts: int = 3
    #: First pause before trying again; doubles each time, with jitter.
    backoff: float = 1.0
    #: Longest wait for a turn, or that a server asks for (Retry-After); beyond it, the fan gets an error.
    max_wait: float = 20.0
    max_response_bytes: int = 8 * 2**20
    #: Limits of this process for one host: `rate` requests in any `rate_window`, `concurrency` of them at once.
    #: AniList allows 30 a minute (docs.anilist.co/guide/rate-limiting); MyAnimeList documents no limit.
    rate: int = 30
    rate_window: float = 60.0
    concurrency: int = 2

    @classmethod
    def from_env(cls) -> Self:
        """Defaults, with MAL_CLIENT_ID and MAL_API_URL, ANILIST_API_URL, KITSU_API_URL from the environment, if set."""
        return cls(
            mal_url=os.environ.get("MAL_API_URL") or cls.mal_url,
            kitsu_url=os.environ.get("KITSU_API_URL") or cls.kitsu_url,
            anilist_url=os.environ.get("ANILIST_API_URL") or cls.anilist_url,
            mal_client_id=os.environ.get("MAL_CLIENT_ID", ""),
        )


@dataclass(frozen=True)
class CoverSettings:
    """Settings of fetching covers. Times are in seconds, sizes in bytes."""

    enabled: bool = True
    #: Fetched covers are kept here, for all processes that share the folder. None: in memory only.
    folder: Path | None = None
    hosts: frozenset[str] = COVER_HOSTS
    scheme: str = "https"
    #: For one cover: connecting, headers, body and redirects.
    deadline: float = 10.0
    #: Longest wait for a connection, and for the next bytes.
    timeout: float = 4.0
    max_bytes: int = 4 * 2**20
    #: Width times height of an image that is decoded: 16 MB of memory for each thread.
    max_pixels: int = 4_000_000
    disk_bytes: int = 256 * 2**20
    memory_bytes: int = 24 * 2**20
    threads: int = 4
    #: Covers of all visitors that wait for a thread. Those beyond are asked for at a later rerun.
    queue: int = 300
    #: First pause after a host failed; doubles with each failure, up to the longest.
    host_pause: float = 60.0
    longest_pause: float = 3600.0
    #: For how long a cover is not asked for again, after its host failed or after there was no usable image.
    retry_after: float = 600.0
    missing_for: float = 86_400.0

    @classmethod
    def from_env(cls) -> Self:
        """Defaults, with ANIME_ALCHEMY_COVERS ("on" or "off") and ANIME_ALCHEMY_COVERS_FOLDER from the environment.

        The folder is by default in the user's cache folder. Raises `SettingError` for another value than "on" or "off".
        """
        switch = os.environ.get("ANIME_ALCHEMY_COVERS") or "on"
        if switch not in ("on", "off"):
            raise SettingError(f'ANIME_ALCHEMY_COVERS is {switch!r}. Set it to "on" or "off".')
        folder = os.environ.get("ANIME_ALCHEMY_COVERS_FOLDER")
        return cls(enabled=switch == "on", folder=Path(folder) if folder else _cache_folder())


def _cache_folder() -> Path | None:
    """The folder for this program's cache, or None for a user without a home."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(base) / "anime-alchemy" / "covers"
