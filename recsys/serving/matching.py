"""Match the titles and ids of a fan's list with the catalogue."""

import functools
from dataclasses import dataclass

from rapidfuzz import fuzz

from recsys import checks
from recsys.data.catalogue import Catalogue
from recsys.serving.search import TitleSearch, normalise

_MORE = 40


@dataclass(frozen=True, eq=False)
class Matcher:
    """Finds titles by name, as `recsys.lists` needs them; leaves adult titles out unless `adult`. Thread-safe."""

    catalogue: Catalogue
    search: TitleSearch
    adult: bool = False

    def __call__(self, text: str, n: int = 5) -> list[tuple[int, str, float]]:
        """Anime id, title and confidence 0..1 of the titles that `text` may mean, best first.

        Raises `ProfileError` (n below 1).
        """
        n = checks.whole_number("n", n, 1)
        found = self.search.match(text, n + (0 if self.adult else _MORE))
        return [
            (int(self.catalogue.ids[position]), self.catalogue.title(position).title, sure)
            for position, sure in found
            if self.adult or not self.catalogue.adult[position]
        ][:n]

    def with_adult(self) -> "Matcher":
        """The same, with adult titles."""
        return Matcher(self.catalogue, self.search, adult=True)

    def from_anilist(self, anilist_id: int) -> int | None:
        """The MyAnimeList id of a title of AniList; None if the catalogue does not know it."""
        return self._by_anilist.get(anilist_id)

    def from_kitsu(self, kitsu_id: int) -> int | None:
        """The MyAnimeList id of a title of Kitsu; None if the catalogue does not know it."""
        return self._by_kitsu.get(kitsu_id)

    @functools.cached_property
    def _by_anilist(self) -> dict[int, int]:
        return self._by_other("anilist_id")

    @functools.cached_property
    def _by_kitsu(self) -> dict[int, int]:
        return self._by_other("kitsu_id")

    def _by_other(self, column: str) -> dict[int, int]:
        pairs = zip(self.catalogue.column(column), self.catalogue.ids.tolist(), strict=True)
        return {other: anime_id for other, anime_id in pairs if other}

    def name(self, anime_id: int) -> str | None:
        """The title with this id; None if it is not in the catalogue."""
        position = int(self.catalogue.positions([anime_id])[0])
        return None if position < 0 else self.catalogue.title(position).title

    def year(self, anime_id: int) -> int | None:
        """The year in which a title came out; None if it or the title is not known."""
        position = int(self.catalogue.positions([anime_id])[0])
        return None if position < 0 else int(self.catalogue.years[position]) or None

    def likeness(self, anime_id: int, text: str) -> float | None:
        """How similar `text` is to the most similar name of a title, from 0 to 1; None for an unknown id."""
        position = int(self.catalogue.positions([anime_id])[0])
        if position < 0:
            return None
        title = self.catalogue.title(position)
        names = (title.title, title.title_english, title.title_japanese, *title.synonyms)
        asked = normalise(text[:200])
        return max(fuzz.token_sort_ratio(asked, normalise(name)) for name in names if name) / 100
