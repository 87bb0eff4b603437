"""What was done with an imported list, and what is to be asked."""

import csv
import io
from dataclasses import dataclass, field

from recsys.lists import build
from recsys.lists.build import LeftOut
from recsys.lists.scores import Scale

#: Anime id, title and confidence 0..1.
Candidate = tuple[int, str, float]


@dataclass(frozen=True)
class TitleQuestion:
    """Which title a row means. `candidates` are best first; `likely` is the id to suggest, None for none of them."""

    row: int
    text: str
    candidates: tuple[Candidate, ...]
    likely: int | None


@dataclass(frozen=True)
class StatusQuestion:
    """What a status means that is not known. Until it is answered, its rows count as watched."""

    word: str
    rows: int


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that can be read. Its rows have the numbers above `start`, up to `end`.

    `is_read` says whether its rows count; `is_asked`, whether that is a question; `why`, why it was not read at once.
    """

    name: str
    start: int
    end: int
    rows: int
    is_read: bool
    is_asked: bool = False
    why: str = ""


@dataclass(frozen=True)
class Report:
    """What was done with a list's rows, and what is to be asked.

    Each row counts once: `rows` is the sum of `scored`, `watched` (without a score), `planned`, `asked` (title not
    certain) and `refused`. `titles` are the questions about titles, the most doubtful first; `scale` is a question if
    it is not `sure`; `letters` are grades such as A or B+, which count as no score until they are answered.
    `left_out` are the refused rows; `unread` are rows whose title counts, but whose score could not be used.
    `sheets` are those of a workbook that can be read.
    """

    source: str
    rows: int
    scored: int
    watched: int
    planned: int
    asked: int
    refused: int
    scale: Scale = field(default_factory=Scale)
    titles: tuple[TitleQuestion, ...] = ()
    statuses: tuple[StatusQuestion, ...] = ()
    letters: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unread: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to ask."""
        asked = any(sheet.is_asked for sheet in self.sheets)
        return self.scale.sure and not (asked or self.titles or self.statuses or self.letters)

    @property
    def counts(self) -> str:
        """How many rows there are of each kind: "3 scored, 1 left out"."""
        parts = ((self.scored, "scored"), (self.watched, "watched"), (self.planned, "planned"))
        parts += ((self.asked, "to confirm"), (self.refused, "left out"))
        return ", ".join(f"{n:,} {what}" for n, what in parts if n)

    def where(self, row: int) -> str:
        """`Row 3`, or `Row 3 of “Dropped”` if several sheets are read."""
        sheet = next((sheet for sheet in self.sheets if sheet.start < row <= sheet.end), None)
        several = sum(sheet.is_read for sheet in self.sheets) > 1
        of_sheet = f" of “{sheet.name}”" if sheet and several else ""
        return f"Row {row - (sheet.start if sheet else 0)}{of_sheet}"

    def lines(self, most: int = 5) -> list[str]:
        """The report as sentences: counts, notes, and the first `most` rows of each kind that need attention."""
        lines = [
            f"{build.plural(self.rows, 'row')}{': ' * bool(self.rows)}{self.counts}.",
            *self._of_sheets(),
            *self.notes,
        ]
        if not self.scale.sure:
            lines.append(
                f"The scale of the scores is not certain ({self.scale.why}): read as {self.scale.top:g} points."
            )
        lines += [
            f"{self.where(item.row)}, {item.text}: {item.reason}." for item in (*self.left_out, *self.unread)[:most]
        ]
        for item in self.titles[:most]:
            names = " or ".join(f"{title} ({anime_id})" for anime_id, title, _ in item.candidates[:3])
            lines.append(f"{self.where(item.row)}, {item.text}: not certain which title is meant: {names}?")
        lines += [
            f"Status {item.word!r} is not known: {build.plural(item.rows, 'title')} read as watched."
            for item in self.statuses[:most]
        ]
        if self.letters:
            lines.append(f"The grades {', '.join(self.letters)} were not read as scores.")
        return lines

    def _of_sheets(self) -> list[str]:
        read = ", ".join(f"“{sheet.name}”" for sheet in self.sheets if sheet.is_read) or "none"
        others = [sheet for sheet in self.sheets if not sheet.is_read]
        lines = [f"Sheets read: {read}."] if len(self.sheets) > 1 else []
        return [*lines, *(f"Sheet “{sheet.name}” was not read: {sheet.why or 'not chosen'}." for sheet in others)]

    def to_csv(self) -> bytes:
        """The rows that were left out, not read or not confirmed, as a table for a spreadsheet program."""
        rows = [*self.left_out, *self.unread]
        rows += [LeftOut(item.row, item.text, "title not confirmed") for item in self.titles]
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow(("row", "title", "reason"))
        for item in sorted(rows, key=lambda item: item.row):
            # A spreadsheet program would run a cell that begins like a formula.
            writer.writerow(
                (
                    self.where(item.row).removeprefix("Row "),
                    f"'{item.text}" if item.text[:1] in "=+-@\t" else item.text,
                    item.reason,
                )
            )
        return ("\ufeff" + file.getvalue()).encode("utf-8", "replace")
