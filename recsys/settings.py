"""Run-time choices that are not part of a model's configuration."""

import os
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Settings:
    """What serving may be told from outside; each field is one knob."""

    #: Titles with fewer ratings in the data, held-out fans included, are not recommended: their means are mostly luck.
    min_raters: int = 50
    #: Share of held-out scores that the error band is meant to cover.
    band: float = 0.80


@dataclass(frozen=True)
class ListSettings:
    """Where and how fans' lists are fetched. Times are in seconds."""

    mal_url: str = "https://api.myanimelist.net/v2"
    anilist_url: str = "https://graphql.anilist.co"
    #: MyAnimeList's API answers only with one. Left out of `repr`, so that no log or traceback shows it.
    mal_client_id: str = field(default="", repr=False)
    connect_timeout: float = 5.0
    #: Longest silence within an answer.
    read_timeout: float = 15.0
    #: For a whole list: all pages, retries and waiting for a turn.
    deadline: float = 60.0
    #: Times that one request is tried.
    attempts: int = 3
    #: First pause before trying again; doubles each time, with jitter.
    backoff: float = 1.0
    #: Longest wait for a turn, or that a server asks for (Retry-After), before the fan is told to come back.
    max_wait: float = 20.0
    max_response_bytes: int = 8 * 2**20
    #: To one host, from this whole process: `rate` requests in any `rate_window`, `concurrency` of them at once.
    #: AniList allows 30 a minute (docs.anilist.co/guide/rate-limiting); MyAnimeList says nothing.
    rate: int = 30
    rate_window: float = 60.0
    concurrency: int = 2

    @classmethod
    def from_env(cls) -> Self:
        """Defaults, with MAL_CLIENT_ID, MAL_API_URL and ANILIST_API_URL from the environment where set."""
        return cls(
            mal_url=os.environ.get("MAL_API_URL") or cls.mal_url,
            anilist_url=os.environ.get("ANILIST_API_URL") or cls.anilist_url,
            mal_client_id=os.environ.get("MAL_CLIENT_ID", ""),
        )
