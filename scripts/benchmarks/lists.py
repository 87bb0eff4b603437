"""Measures the time from the bytes of a MyAnimeList export to ten recommendations."""

import gzip
import statistics
import time
from dataclasses import dataclass

import numpy as np

import recsys


@dataclass(frozen=True)
class Timing:
    """Seconds over `repeats` runs; `total` is reading plus recommending."""

    titles: int
    file_bytes: int
    repeats: int
    read_median: float
    total_median: float
    total_worst: float


def export(anime_ids: list[int], seed: int = 0) -> bytes:
    """Make a gzipped export with all fields that MyAnimeList writes, for these titles, with made-up scores."""
    scores = np.random.default_rng(seed).choice(11, size=len(anime_ids), p=[0.1, *([0.02] * 4), *([0.82 / 6] * 6)])
    entries = "".join(
        _ENTRY.format(anime_id=anime_id, score=score) for anime_id, score in zip(anime_ids, scores, strict=True)
    )
    return gzip.compress(_FILE.format(entries=entries).encode("utf-8"))


def upload_to_picks(engine: recsys.Engine, titles: int = 2000, repeats: int = 7, model: str | None = None) -> Timing:
    """Time `mal_xml.read` and `engine.recommend` on an export of `titles` titles of the catalogue.

    The first run is not counted: it fills the caches, as on a running server.
    """
    known = [int(anime_id) for anime_id in engine.catalogue.ids]
    chosen = np.random.default_rng(0).choice(known, size=min(titles, len(known)), replace=False)
    data = export([int(anime_id) for anime_id in chosen])
    read: list[float] = []
    total: list[float] = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        fan = recsys.lists.mal_xml.read(data)
        read.append(time.perf_counter() - start)
        picks = engine.recommend(fan, model=model, n=10)
        total.append(time.perf_counter() - start)
        if len(picks) != 10:
            raise recsys.RecsysError(
                f"{len(picks)} titles were recommended instead of 10: these artifacts are too small."
            )
    return Timing(
        titles=len(chosen),
        file_bytes=len(data),
        repeats=repeats,
        read_median=statistics.median(read[1:]),
        total_median=statistics.median(total[1:]),
        total_worst=max(total[1:]),
    )


_FILE = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- Created by XML Export feature at MyAnimeList.net -->
<myanimelist>
  <myinfo>
    <user_id>1</user_id>
    <user_name>Some_fan</user_name>
    <user_export_type>1</user_export_type>
  </myinfo>
{entries}</myanimelist>
"""

_ENTRY = """  <anime>
    <series_animedb_id>{anime_id}</series_animedb_id>
    <series_title><![CDATA[The title of number {anime_id}]]></series_title>
    <series_type>TV</series_type>
    <series_episodes>12</series_episodes>
    <my_id>0</my_id>
    <my_watched_episodes>12</my_watched_episodes>
    <my_start_date>0000-00-00</my_start_date>
    <my_finish_date>0000-00-00</my_finish_date>
    <my_rated></my_rated>
    <my_score>{score}</my_score>
    <my_storage></my_storage>
    <my_storage_value>0.00</my_storage_value>
    <my_status>Completed</my_status>
    <my_comments><![CDATA[]]></my_comments>
    <my_times_watched>0</my_times_watched>
    <my_rewatch_value></my_rewatch_value>
    <my_priority>LOW</my_priority>
    <my_tags><![CDATA[]]></my_tags>
    <my_rewatching>0</my_rewatching>
    <my_rewatching_ep>0</my_rewatching_ep>
    <my_discuss>1</my_discuss>
    <my_sns>default</my_sns>
    <update_on_import>0</update_on_import>
  </anime>
"""
