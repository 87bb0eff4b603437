"""Find the catalogue's titles for the rows of a list: by ids that agree with the rows' titles, else by name."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol, runtime_checkable

from recsys.lists.columns import Draft
from recsys.lists.errors import BadFileError
from recsys.lists.report import Candidate
from recsys.lists.rows import Row

#: Called with the number of rows so far, and of all rows.
Progress = Callable[[int, int | None], None]

#: A match with at least this confidence, and this much more than the next one, is accepted without asking.
CERTAIN, MARGIN = 0.9, 0.05
CANDIDATES = 5
#: An id agrees with its row's title if one of its names is at least this similar.
_AGREES = 0.6
#: Share of a column's ids that must agree for the others to be believed.
_TRUST = 0.8
#: Fewer ids than this that disagree are mistakes of single rows.
_WRONG = 3
#: What a match counts whose year is not the one beside the title, such as a film with the name of an anime.
_OTHER_YEAR = 0.85
_YEAR = re.compile(r"(.+?)\s*[(\[]((?:19|20)\d\d)[)\]]")
#: A search takes a few milliseconds.
_MAX_SEARCHES = 5000


class Match(Protocol):
    """Finds titles by name: (anime id, title, confidence 0..1), best first. `Engine.match` is one."""

    def __call__(self, text: str, /) -> Sequence[Candidate]: ...


@runtime_checkable
class KnowsIds(Protocol):
    """A `Match` that also knows the catalogue's ids; without these, ids are only checked by searching."""

    def from_anilist(self, anilist_id: int) -> int | None: ...

    def from_kitsu(self, kitsu_id: int) -> int | None: ...

    def name(self, anime_id: int) -> str | None: ...

    def year(self, anime_id: int) -> int | None: ...

    def likeness(self, anime_id: int, text: str) -> float | None: ...


def resolve(
    drafts: Sequence[Draft],
    match: Match | None,
    progress: Progress | None = None,
    searched: dict[str, tuple[Candidate, ...]] | None = None,
) -> tuple[list[Row], tuple[str, ...]]:
    """A row for each draft, and notes on ids that were not used.

    `searched` holds what was found for the names of other drafts, and gets what is found for these. Raises
    `BadFileError` for too many searches.
    """
    resolver = _Resolver(match, {} if searched is None else searched)
    trusted = {kind: resolver.trusts(kind, drafts) for kind in ("mal_id", "anilist_id", "kitsu_id", "id")}
    rows = []
    resolver.trust_years(drafts)
    for done, draft in enumerate(drafts, start=1):
        rows.append(resolver.row(draft, trusted))
        if progress:
            progress(done, len(drafts))
    return rows, tuple(resolver.notes(trusted, drafts))


def is_certain(found: Sequence[Candidate]) -> bool:
    """Whether the first match can be accepted without asking."""
    runner_up = found[1][2] if len(found) > 1 else 0.0
    return bool(found) and found[0][2] >= CERTAIN and found[0][2] - runner_up >= MARGIN


class _Resolver:
    def __init__(self, match: Match | None, searched: dict[str, tuple[Candidate, ...]]) -> None:
        self._match = match
        self._ids = match if isinstance(match, KnowsIds) else None
        self._found = searched
        self._disagreeing = 0
        self._years = False

    def search(self, text: str) -> tuple[Candidate, ...]:
        if text not in self._found:
            if self._match is None:
                return ()
            if len(self._found) >= _MAX_SEARCHES:
                raise BadFileError(f"More than {_MAX_SEARCHES:,} titles have no anime_id. Add ids, or split the table.")
            ordered = sorted(self._match(text), key=lambda candidate: -candidate[2])
            self._found[text] = tuple((int(i), str(title), float(sure)) for i, title, sure in ordered[:CANDIDATES])
        return self._found[text]

    def mal_id(self, kind: str, value: int) -> int | None:
        """The MyAnimeList id of an id of any kind."""
        if kind == "anilist_id":
            return self._ids.from_anilist(value) if self._ids else None
        if kind == "kitsu_id":
            return self._ids.from_kitsu(value) if self._ids else None
        return value

    def agrees(self, anime_id: int, names: Sequence[str]) -> bool | None:
        """Whether the title with this id has one of these names; None if that cannot be said."""
        if not names or self._match is None:
            return None
        if self._ids is None:
            return any(anime_id == candidate[0] for name in names for candidate in self.search(name))
        found = [likeness for name in names if (likeness := self._ids.likeness(anime_id, name)) is not None]
        return max(found) >= _AGREES if found else None

    def trusts(self, kind: str, drafts: Sequence[Draft]) -> bool:
        """Whether a column of ids is what its heading says, by the rows whose titles can be compared."""
        pairs = [(value, draft.names) for draft in drafts for own, value in draft.ids if own == kind]
        if kind == "id" and _counts_up([value for value, _ in pairs]):
            return False
        said = [self.agrees(known, names) for value, names in pairs[:1000] if (known := self.mal_id(kind, value))]
        known = [answer for answer in said if answer is not None]
        if not known:
            return kind != "id" or not any(names for _, names in pairs)
        wrong = len(known) - sum(known)
        return wrong < _WRONG or wrong <= (1 - _TRUST) * len(known)

    def row(self, draft: Draft, trusted: dict[str, bool]) -> Row:
        """The row of a draft: its id, candidates to ask about, or the reason why it is refused."""
        if draft.refused:
            return self._row(draft, refused=draft.refused)
        doubtful = 0
        for kind, value in draft.ids:
            known = self.mal_id(kind, value)
            if known is None:
                continue
            agrees = self.agrees(known, draft.names)
            if agrees or (trusted[kind] and kind != "id" and agrees is None) or (trusted[kind] and not draft.names):
                return self._row(draft, anime_id=known)
            if trusted[kind] and kind != "id":
                doubtful = doubtful or known
            else:
                self._disagreeing += 1
        found = self._by_name(draft.names)
        if self._years and draft.year:
            found = self._of_year(found, draft.year)
        elif not is_certain(found) and (match := _YEAR.fullmatch(draft.text)):
            dated = self._of_year(self.search(match[1]), int(match[2]))
            if is_certain(dated) and self._years_apart(dated[0], int(match[2])) in (0, 1):
                found = dated
        if doubtful:
            if not is_certain(found):
                return self._row(draft, anime_id=doubtful)
            if found[0][0] != doubtful:
                name = self._ids.name(doubtful) if self._ids else None
                others = [candidate for candidate in found if candidate[0] != doubtful]
                return self._row(draft, candidates=(*others[:1], (doubtful, name or str(doubtful), 0.5), *others[1:]))
        if is_certain(found):
            return self._row(draft, anime_id=found[0][0])
        if found:
            return self._row(draft, candidates=found)
        return self._row(draft, refused=self._why_refused(draft))

    def _by_name(self, names: Sequence[str]) -> tuple[Candidate, ...]:
        """The first certain answer for any of the names, else that of the name with the best match."""
        answers = [self.search(name) for name in names]
        for found in answers:
            if is_certain(found):
                return found
        return max(answers, key=lambda found: found[0][2] if found else 0.0, default=())

    def trust_years(self, drafts: Sequence[Draft]) -> None:
        """Use the years of the drafts, unless most are not those of their titles, such as years of watching."""
        pairs = [(draft.names, draft.year) for draft in drafts if draft.year and draft.names][:300]
        found = [(self._by_name(names), year) for names, year in pairs]
        apart = [self._years_apart(matches[0], year) for matches, year in found if is_certain(matches)]
        known = [years for years in apart if years is not None]
        self._years = bool(pairs) and 2 * sum(years <= 1 for years in known) >= len(known)

    def _years_apart(self, candidate: Candidate, year: int) -> int | None:
        known = self._ids.year(candidate[0]) if self._ids else None
        return None if known is None else abs(known - year)

    def _of_year(self, found: tuple[Candidate, ...], year: int) -> tuple[Candidate, ...]:
        """The candidates, certain for the one that came out in that year, not certain if the best ones did not."""
        best = [candidate for candidate in found if candidate[2] >= max(CERTAIN, found[0][2] - MARGIN)]
        apart = {candidate: self._years_apart(candidate, year) for candidate in best}
        if not best or None in apart.values():
            return found
        for years in (0, 1):
            fitting = [candidate for candidate in best if apart[candidate] == years]
            if fitting:
                rest = [candidate for candidate in found if candidate not in fitting]
                return (*fitting, *((i, title, sure * _OTHER_YEAR) for i, title, sure in rest))
        return tuple((i, title, sure * _OTHER_YEAR) for i, title, sure in found)

    def _why_refused(self, draft: Draft) -> str:
        if draft.names:
            if self._match is None:
                return "no anime id, and no catalogue to look the title up in"
            return "no title like this in the catalogue"
        kind, value = draft.ids[0]
        if kind == "anilist_id":
            return f"AniList’s id {value} is not in the catalogue: add the title"
        if kind == "kitsu_id":
            return f"Kitsu’s id {value} is not in the catalogue: add the title"
        return "the id is a row number: add the titles"

    def _row(
        self, draft: Draft, *, anime_id: int = 0, candidates: tuple[Candidate, ...] = (), refused: str = ""
    ) -> Row:
        return Row(draft.number, draft.text, draft.score, draft.status, anime_id, candidates, refused)

    def notes(self, trusted: dict[str, bool], drafts: Sequence[Draft]) -> list[str]:
        notes = []
        if self._disagreeing:
            notes.append(
                f"{self._disagreeing:,} ids do not belong to the titles beside them: the titles were used instead."
            )
        if trusted["id"] and any(kind == "id" for draft in drafts for kind, _ in draft.ids if not draft.names):
            notes.append("The numbers in the column of ids were read as MyAnimeList ids.")
        return notes


def _counts_up(values: Sequence[int]) -> bool:
    return len(values) > 2 and all(later - sooner == 1 for sooner, later in pairwise(values))
