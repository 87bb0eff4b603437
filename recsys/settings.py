"""Run-time choices that are not part of a model's configuration."""

import os
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Settings:
    """Settings of serving."""

    #: Titles with fewer ratings in the data, held-out fans included, are left out where the predicted score alone
    #: decides: it is unreliable for them.
    min_raters: int = 50


@dataclass(frozen=True)
class ListSettings:
    """Settings of fetching fans' lists. Times are in seconds."""

    mal_url: str = "https://api.myanimelist.net/v2"
    anilist_url: str = "https://graphql.anilist.co"
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
        """Defaults, with MAL_CLIENT_ID, MAL_API_URL and ANILIST_API_URL from the environment where set."""
        return cls(
            mal_url=os.environ.get("MAL_API_URL") or cls.mal_url,
            anilist_url=os.environ.get("ANILIST_API_URL") or cls.anilist_url,
            mal_client_id=os.environ.get("MAL_CLIENT_ID", ""),
        )
