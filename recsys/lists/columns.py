"""Find what the columns of a table hold, by their headings and by their values, and read its rows."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from recsys.lists import build, scores, statuses, words
from recsys.lists.errors import BadFileError
from recsys.lists.scores import Score
from recsys.lists.table import Table

_SAMPLE = 300
_IDS = ("mal_id", "anilist_id", "kitsu_id", "id")
_LINKS = {
    "mal_id": re.compile(r"myanimelist\.net/anime(?:\.php\?id=|/)(\d{1,9})"),
    "anilist_id": re.compile(r"anilist\.co/anime/(\d{1,9})"),
}
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_SEASON = re.compile(r"\bs(?:eason)?\s*\d", re.IGNORECASE)
_MAX_TITLE = 300
#: Different words that may be grades.
_MAX_GRADES = 12


@dataclass(frozen=True)
class Draft:
    """A row as read. `year` is that of its title, 0 if unknown.

    `ids` are pairs of a kind (`mal_id`, `anilist_id`, `kitsu_id`, `id`) and a number.
    """

    number: int
    text: str
    names: tuple[str, ...] = ()
    ids: tuple[tuple[str, int], ...] = ()
    score: Score = field(default_factory=Score)
    status: str = ""
    refused: str = ""
    year: int = 0


@dataclass(frozen=True)
class Columns:
    """Positions of a table's columns; `score_heading` is the heading of the scores.

    `status_of` gives the status of a row by the text of its cell and whether it has a score.
    """

    names: tuple[int, ...] = ()
    ids: tuple[tuple[str, int], ...] = ()
    score: int | None = None
    status: int | None = None
    score_heading: str = ""
    kind: int | None = None
    year: int | None = None
    season: int | None = None
    status_of: statuses.Reader = statuses.as_written
    notes: tuple[str, ...] = ()


class _Values:
    """What the cells of one column look like, by a sample of them."""

    def __init__(self, cells: Sequence[str]) -> None:
        filled = [cell for cell in cells if not words.is_no_score(cell)]
        self.filled = len(filled)
        parsed = [scores.parse(cell) for cell in filled]
        count = max(len(filled), 1)
        given = [
            score.kind not in ("unreadable", "none") or not cell.strip("0.,")
            for score, cell in zip(parsed, filled, strict=True)
        ]
        self.scores = sum(given) / count
        self.numbers = [score.value for score in parsed if score.kind == "number"]
        self.top = max(self.numbers, default=0.0)
        days = sum(map(scores.is_day, filled))
        #: Whether there are days that are no score out of 10.
        self.dates = any(s.kind == "unreadable" and scores.is_day(c) for s, c in zip(parsed, filled, strict=True))
        self.statuses = sum(words.status(cell) is not None and not cell.isdecimal() for cell in filled) / count
        self.codes = sum(cell.isdecimal() and words.status(cell) is not None for cell in filled) / count
        self.links = sum(_has_link([cell]) for cell in filled) / count
        self.distinct = len(set(filled)) / count
        self.words = sum(any(c.isalpha() for c in cell) for cell in filled) / count
        whole = [int(cell) for cell in filled if cell.isdecimal() and len(cell) < 10]
        self.whole = len(whole) / count
        self.counts_up = len(whole) == len(filled) > 1 and whole == list(range(whole[0], whole[0] + len(whole)))
        self.may_be_scores = self.scores > 0.6 and not self.counts_up and self.top <= 100 and 2 * days < count


def find(table: Table) -> Columns:
    """The columns of a table. Raises `BadFileError` if none holds titles or ids."""
    sample = [cells for _, cells in table.rows[:_SAMPLE]]
    width = max(map(len, (table.headings, *sample)))
    values = [_Values([cells[i] for cells in sample if i < len(cells)]) for i in range(width)]
    meanings = [words.heading(text) for text in table.headings] + [("", False)] * (width - len(table.headings))
    by: dict[str, list[int]] = {}
    for i in sorted(range(width), key=lambda i: not meanings[i][1]):  # headings that say only that come first
        by.setdefault(meanings[i][0], []).append(i)
    unknown = [i for i in by.get("", []) if values[i].filled]
    names = [i for i in by.get("title", []) if values[i].words or not values[i].filled or values[i].distinct > 0.5][:3]
    ids = tuple((kind, by[kind][0]) for kind in _IDS if kind in by)
    _refuse_manga(table.headings, by, values)
    status = _best(by.get("status", []), lambda i: values[i].statuses + values[i].codes)
    score = _own_score([i for i in by.get("score", []) if not values[i].dates], table, values)
    notes: tuple[str, ...] = ()
    if score is None or (values[score].filled and not values[score].scores):
        site = _best([i for i in by.get("site_score", []) if values[i].scores > 0.6], lambda i: values[i].scores)
        score = site if site is not None else score
    if not names:
        names = sorted((i for i in unknown if _is_title(values[i])), key=lambda i: -values[i].distinct)[:1]
    if status is None:
        status = _best(
            [i for i in unknown if i not in names and values[i].statuses > 0.6], lambda i: values[i].statuses
        )
    if score is None:
        left = [i for i in unknown if i not in (*names, status)]
        if not ids and not table.headings:
            found = [i for i in left if values[i].whole == 1 and values[i].top > 100 and values[i].distinct > 0.9]
            ids = (("id", found[0]),) if found else ()
            left = [i for i in left if i not in found]
        left = [i for i in left if values[i].may_be_scores]
        score = _own_score(left, table, values) if table.headings else _best(left, lambda i: -values[i].top)
        if score is not None and score < len(table.headings):
            name = table.headings[score][:40]
            notes = (
                f"Your scores were read from the column “{name}”. If they are in another one, name it “My score”.",
            )
    if not names and not ids and not any(_has_link(cells) for cells in sample):
        raise BadFileError(
            "The table has no column of titles or ids. Name its columns title and score, or paste your list into the "
            "template."
        )
    heading = table.headings[score] if score is not None and score < len(table.headings) else ""
    exact = {meanings[i][0]: i for i in reversed(range(width)) if meanings[i][1]}
    season = exact.get("season")
    if season is not None and values[season].whole < 1:
        season = None  # such as Fall 2023
    others = [i for i in by.get("kind", []) if i not in (*names, status, score)]
    place = width if status is None else status
    cells = [row[place] if place < len(row) else "" for row in sample]
    if status in unknown and place < len(table.headings) and all(words.is_mark(cell) for cell in cells if cell):
        status_of, said = statuses.under(table.headings[place]), ()
    else:
        status_of, said = statuses.find(cells)
    return Columns(
        tuple(names), ids, score, status, heading, _best(others, lambda i: meanings[i][1]), exact.get("year"), season,
        status_of, notes + said,
    )  # fmt: skip


def _own_score(places: Sequence[int], table: Table, values: Sequence[_Values]) -> int | None:
    """The column of the fan's own scores. Raises `BadFileError` if two columns may hold them and differ."""
    best = _best(places, lambda i: values[i].scores if values[i].filled else 0.1)
    alike = [i for i in places if values[i].filled and values[i].scores > 0.6]
    headings = (*table.headings, *[""] * len(values))
    for is_better in (words.is_own, lambda heading: words.heading(heading)[1]):
        alike = [i for i in alike if is_better(headings[i])] or alike
    different = list({_in_proportion(table, i): i for i in reversed(alike)}.values())[::-1]
    if len(different) > 1:
        names = ", ".join(f"“{headings[i][:30]}”" if headings[i] else f"column {i + 1}" for i in different[:4])
        raise BadFileError(
            f"More than one column may hold your scores: {names}. Name yours “My score”, and upload the list again."
        )
    return different[0] if different else best


def _in_proportion(table: Table, place: int) -> tuple[float, ...]:
    """The numbers of a column as parts of its highest, so that 4.5 and 9 of two scales are the same."""
    found = [scores.parse(row[place]).value if place < len(row) else 0.0 for _, row in table.rows]
    top = max(found) or 1.0
    return tuple(round(value / top, 2) for value in found)


def _refuse_manga(headings: Sequence[str], by: dict[str, list[int]], values: Sequence[_Values]) -> None:
    """Raise `BadFileError` if the headings are those of a list of manga, such as `Chapters read`."""
    named = [i for i in by.get("manga", []) if words.simplify(headings[i]) != "manga" or _is_title(values[i])]
    anime = {"anime", "episodes", "episode", "eps", "ep"}
    if named and not any(anime & set(words.simplify(heading).split()) for heading in headings):
        raise BadFileError(
            f"This looks like a list of manga: it has the column “{headings[named[0]][:30]}”. Upload a list of anime."
        )


def _has_link(cells: Sequence[str]) -> bool:
    return any(pattern.search(cell) for cell in cells for pattern in _LINKS.values())


def _best(places: Sequence[int], worth: Callable[[int], float]) -> int | None:
    return max(places, key=worth, default=None)


def _is_title(values: _Values) -> bool:
    other = max(values.links, values.statuses, values.scores - 0.1)
    return values.words > 0.6 and values.distinct > 0.5 and other < 0.5


def drafts(table: Table, columns: Columns) -> list[Draft]:
    """The rows of a table, in its order. A row with nothing but a status gives it to the rows below."""
    section = ""
    found: list[Draft] = []
    for number, cells in table.rows:
        filled = [cell for cell in cells if cell]
        may_be_section = len(filled) == 1 and columns.names and columns.status is None
        if may_be_section and len(filled[0]) > 2 and words.status(filled[0]):
            section = filled[0]
            continue
        found.append(_draft(number, cells, columns, section))
    return scores_in_words(found)


def scores_in_words(drafts: list[Draft]) -> list[Draft]:
    """The drafts, with scores such as `Great` or `❤❤` as grades, which are asked about, if most scores are so."""
    given = [draft.score for draft in drafts if draft.score.kind != "none"]
    said = Counter(s.text for s in given if s.kind == "unreadable" and not re.search(r"\d", s.text))
    if said.total() < 2 or 2 * said.total() < len(given) or len(said) > _MAX_GRADES:
        return drafts
    return [
        replace(draft, score=Score("letter", text=draft.score.text)) if draft.score.text in said else draft
        for draft in drafts
    ]


def _draft(number: int, cells: Sequence[str], columns: Columns, section: str) -> Draft:
    def cell(place: int | None) -> str:
        return cells[place].strip() if place is not None and place < len(cells) else ""

    names = tuple(dict.fromkeys(_MARKDOWN_LINK.sub(r"\1", text) for i in columns.names if (text := cell(i))))
    ids: list[tuple[str, int]] = []
    wrong = ""
    for kind, place in columns.ids:
        text = cell(place)
        if (known := build.anime_id_of(text.removesuffix(".0"))) is not None:
            ids.append((kind, known))
        elif text and not words.is_no_score(text) and not any(link.search(text) for link in _LINKS.values()):
            wrong = text
    for kind, pattern in _LINKS.items():
        for text in cells:
            if (match := pattern.search(text)) and (known := build.anime_id_of(match[1])):
                ids.insert(0, (kind, known))
                break
    text = (names or (str(ids[0][1]) if ids else wrong,))[0]
    refused = ""
    if not names and not ids:
        refused = "the id is not a number" if wrong else "neither a title nor an id"
    elif names and len(names[0]) > _MAX_TITLE:
        refused = "the title is too long"
    score = scores.parse(cell(columns.score))
    status = columns.status_of(cell(columns.status), score.kind != "none") or section
    if words.is_manga(cell(columns.kind)) or words.is_manga(status):
        refused = "a manga or a novel, not an anime"
    season = cell(columns.season)
    if season.isdecimal() and 1 < int(season) < 30:
        names = tuple(name if _SEASON.search(name) else f"{name} Season {int(season)}" for name in names)
        text = names[0] if names else text
    year = "" if season.isdecimal() and int(season) > 1 else cell(columns.year)[:4]
    return Draft(
        number, text[:_MAX_TITLE], names, tuple(ids), score, status, refused, int(year) if year.isdecimal() else 0
    )
