"""MyAnimeList's words for types, sources, statuses, genres, themes and demographics, and other words for them."""

from collections.abc import Iterable
from typing import NamedTuple

from recsys.statuses import AIRING, CANCELLED, FINISHED, NOT_AIRED

GENRES = frozenset(
    (
        "Action",
        "Adventure",
        "Avant Garde",
        "Award Winning",
        "Boys Love",
        "Comedy",
        "Drama",
        "Fantasy",
        "Girls Love",
        "Gourmet",
        "Horror",
        "Mystery",
        "Romance",
        "Sci-Fi",
        "Slice of Life",
        "Sports",
        "Supernatural",
        "Suspense",
        "Ecchi",
        "Erotica",
        "Hentai",
    )
)
DEMOGRAPHICS = frozenset({"Josei", "Kids", "Seinen", "Shoujo", "Shounen"})
#: Words that MyAnimeList gave up in 2021, or that AniList uses, and what the same titles have there today.
_TODAY = {
    "Cars": "Racing",
    "Dementia": "Avant Garde",
    "Demons": "Mythology",
    "Game": "Strategy Game",
    "Magic": "Fantasy",
    "Police": "Detective",
    "Shoujo Ai": "Girls Love",
    "Shounen Ai": "Boys Love",
    "Thriller": "Suspense",
    "Yaoi": "Boys Love",
    "Yuri": "Girls Love",
}
_FORMATS = {"MOVIE": "Movie", "OVA": "OVA", "ONA": "ONA", "SPECIAL": "Special", "TV_SHORT": "TV", "MUSIC": "Music"}
_SOURCES = {"VIDEO_GAME": "Game", "LIVE_ACTION": "Other", "MULTIMEDIA_PROJECT": "Mixed media", "COMIC": "Manga"}
_STATUSES = {
    "FINISHED": FINISHED,
    "RELEASING": AIRING,
    "NOT_YET_RELEASED": NOT_AIRED,
    "HIATUS": AIRING,
    "CANCELLED": CANCELLED,
}


class Words(NamedTuple):
    genres: tuple[str, ...]
    themes: tuple[str, ...]
    demographics: tuple[str, ...]


def split_genres(words: Iterable[str]) -> Words:
    """Words of any kind by kind; a word that is no genre and no demographic is a theme."""
    today = list(dict.fromkeys(_TODAY.get(word, word) for word in words))
    return Words(
        tuple(word for word in today if word in GENRES),
        tuple(word for word in today if word not in GENRES | DEMOGRAPHICS),
        tuple(word for word in today if word in DEMOGRAPHICS),
    )


def source(word: str | None) -> str | None:
    """MyAnimeList's word of today for the kind of work that a title adapts."""
    return "Web manga" if word == "Digital manga" else word


def anilist_genre(word: str) -> str:
    """AniList's spelling of a genre that a source has in capitals: "SLICE OF LIFE"."""
    return word.title().replace(" Of ", " of ") if word.isupper() else word


def anilist_format(word: str) -> str:
    return _FORMATS.get(word, word)


def anilist_source(word: str) -> str:
    return _SOURCES.get(word, word.replace("_", " ").capitalize())


def anilist_status(word: str) -> str | None:
    return _STATUSES.get(word)
