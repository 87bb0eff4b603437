"""Measure what the catalogue knows: the share of its titles with each fact, and whether their names find them."""

from collections.abc import Iterable, Iterator, Sequence

from recsys.data.catalogue import Catalogue
from recsys.models.placement import RECENT_YEAR
from recsys.serving.search import TitleSearch
from recsys.types import Title

FACTS = ("genres", "tags", "studios", "source", "mean_score", "members", "image_url")
YEARS = range(2015, 2027)
NAMES = ("title", "title_english")


def shares(titles: Sequence[Title]) -> list[float]:
    """The share of titles, from 0 to 1, of which each of `FACTS` is known."""
    return [sum(1 for title in titles if getattr(title, fact)) / max(1, len(titles)) for fact in FACTS]


def by_year(titles: Sequence[Title]) -> Iterator[tuple[str, int, list[float]]]:
    """Label, number of titles, and `shares` of each of `YEARS`, then of all titles."""
    for year in YEARS:
        chosen = [title for title in titles if title.year == year]
        yield str(year), len(chosen), shares(chosen)
    yield "all", len(titles), shares(titles)


def most_scored(titles: Iterable[Title]) -> list[Title]:
    """The 200 titles from `RECENT_YEAR` on that most fans scored."""
    recent = (title for title in titles if (title.year or 0) >= RECENT_YEAR)
    return sorted(recent, key=lambda title: (-title.scored_by, title.anime_id))[:200]


def first_hits(titles: Iterable[Title], catalogue: Catalogue, name: str) -> tuple[int, int]:
    """How many titles are the first hit for their own `title` or `title_english`, and how many have such a name."""
    search = TitleSearch(catalogue)
    known = [(title, getattr(title, name)) for title in titles if getattr(title, name)]
    hits = 0
    for title, wanted in known:
        found = search.find(wanted, 1)
        hits += bool(found) and int(catalogue.ids[found[0]]) == title.anime_id
    return hits, len(known)
