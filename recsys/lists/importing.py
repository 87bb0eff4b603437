"""An imported list: the profile, what was done, and what is to be asked."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from recsys.lists import build, scores, words
from recsys.lists.build import LeftOut
from recsys.lists.errors import EmptyListError
from recsys.lists.scores import Scale, Score
from recsys.types import Profile

#: Anime id, title and confidence 0..1.
Candidate = tuple[int, str, float]


@dataclass(frozen=True)
class Row:
    """A row of a list: with the id of its title, with `candidates` to ask about, or `refused` with the reason."""

    number: int
    text: str
    score: Score = field(default_factory=Score)
    status: str = ""
    anime_id: int = 0
    candidates: tuple[Candidate, ...] = ()
    refused: str = ""


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
class Report:
    """What was done with a list's rows, and what is to be asked.

    Each row counts once: `rows` is the sum of `scored`, `watched` (without a score), `planned`, `asked` (title not
    certain) and `refused`. `titles` are the questions about titles, the most doubtful first; `scale` is a question if
    it is not `sure`; `letters` are grades such as A or B+, which count as no score until they are answered.
    `left_out` are the refused rows; `unread` are rows whose title counts, but whose score could not be used.
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

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to ask."""
        return self.scale.sure and not (self.titles or self.statuses or self.letters)

    @property
    def counts(self) -> str:
        """How many rows there are of each kind: "3 scored, 1 left out"."""
        parts = ((self.scored, "scored"), (self.watched, "watched"), (self.planned, "planned"))
        parts += ((self.asked, "to confirm"), (self.refused, "left out"))
        return ", ".join(f"{n:,} {what}" for n, what in parts if n)

    def lines(self, most: int = 5) -> list[str]:
        """The report as sentences: counts, notes, and the first `most` rows of each kind that need attention."""
        lines = [f"{build.plural(self.rows, 'row')}: {self.counts}.", *self.notes]
        if not self.scale.sure:
            lines.append(
                f"The scale of the scores is not certain ({self.scale.why}): read as {self.scale.top:g} points."
            )
        lines += [f"Row {item.row}, {item.text}: {item.reason}." for item in (*self.left_out, *self.unread)[:most]]
        for item in self.titles[:most]:
            names = " or ".join(f"{title} ({anime_id})" for anime_id, title, _ in item.candidates[:3])
            lines.append(f"Row {item.row}, {item.text}: not certain which title is meant: {names}?")
        lines += [
            f"Status {item.word!r} is not known: {build.plural(item.rows, 'title')} read as watched."
            for item in self.statuses[:most]
        ]
        if self.letters:
            lines.append(f"The grades {', '.join(self.letters)} were not read as scores.")
        return lines

    def to_csv(self) -> bytes:
        """The rows that were left out, not read or not confirmed, as a table for a spreadsheet program."""
        rows = [*self.left_out, *self.unread]
        rows += [LeftOut(item.row, item.text, "title not confirmed") for item in self.titles]
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow(("row", "title", "reason"))
        for item in sorted(rows, key=lambda item: item.row):
            # A spreadsheet program would run a cell that begins like a formula.
            writer.writerow((item.row, f"'{item.text}" if item.text[:1] in "=+-@\t" else item.text, item.reason))
        return ("\ufeff" + file.getvalue()).encode("utf-8", "replace")


@dataclass(frozen=True)
class Answers:
    """What the fan said about the open questions."""

    scale: float | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where a list comes from. `named` is the highest score that the file names, `name` the fan's."""

    kind: str
    named: float | None = None
    name: str = ""
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Import:
    """A list as read: `profile` holds all that is certain, `report` what was done and what is to be asked."""

    profile: Profile
    report: Report
    _rows: tuple[Row, ...] = field(repr=False)
    _source: Source = field(repr=False)
    _answers: Answers = field(default_factory=Answers, repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the fan that say what was changed."""
        return self.report.notes

    def answer(
        self,
        titles: Mapping[int, int | None] | None = None,
        *,
        scale: float | None = None,
        statuses: Mapping[str, str] | None = None,
        letters: Mapping[str, float] | None = None,
    ) -> "Import":
        """The import with answers to some of its questions; the others stay open.

        `titles` gives the anime id for a row's number (None: leave the row out); `scale` the highest possible score;
        `statuses` the status (of `build.STATUSES`) for a word; `letters` the score from 1 to 10 for a grade. The status
        or grade of a row is asked when its title is answered. The profile is empty if every row is left out.
        """
        titles = titles or {}
        rows = tuple(_answered(row, titles) if row.candidates and row.number in titles else row for row in self._rows)
        answers = Answers(
            self._answers.scale if scale is None else scale,
            {**self._answers.statuses, **(statuses or {})},
            {**self._answers.letters, **(letters or {})},
        )
        return assemble(rows, self._source, answers, may_be_empty=True)


def _answered(row: Row, titles: Mapping[int, int | None]) -> Row:
    chosen = titles[row.number]
    if chosen is None:
        return replace(row, candidates=(), refused="left out by you")
    return replace(row, candidates=(), anime_id=chosen)


def assemble(rows: Sequence[Row], source: Source, answers: Answers = Answers(), may_be_empty: bool = False) -> Import:
    """The import of `rows`, of which each has an id, candidates or a reason why it is refused.

    Raises `TooLongError` for too many rows, and unless `may_be_empty`, `EmptyListError` if no row can be used and none
    is to be asked.
    """
    found = scores.find_scale([row.score for row in rows], source.named)
    stars = [row.score for row in rows if row.score.kind == "stars"]
    numbers = any(row.score.kind == "number" and row.score.top is None for row in rows)
    scale = found if answers.scale is None else Scale(answers.scale, True, "chosen by you")
    star_top = scores.star_top(stars) if numbers or answers.scale is None else answers.scale
    builder = build.ListBuilder(source.kind)
    unread: list[LeftOut] = []
    unknown: Counter[str] = Counter()
    letters: set[str] = set()
    never: list[LeftOut] = []
    for row in rows:
        if not row.anime_id:
            continue
        if words.status(row.status) == "never":
            never.append(LeftOut(row.number, row.text, "you will not watch it"))
            continue
        status = words.status(row.status) or answers.statuses.get(row.status) if row.status else "completed"
        if status is None:
            unknown[row.status] += 1
            status = "completed"
        value, top, problem = _value(row.score, scale.top, star_top, answers.letters)
        if row.score.kind == "letter" and value is None:
            letters.add(row.score.text)
        if problem:
            unread.append(LeftOut(row.number, row.text, problem))
        builder.add(row.anime_id, status, value, top=top, number=row.number, text=row.text)
    asked = [row for row in rows if row.candidates and not row.anime_id]
    refused = [LeftOut(row.number, row.text, row.refused) for row in rows if not row.anime_id and not row.candidates]
    refused += [*never, *source.left_out]
    if not len(builder) and not asked and not may_be_empty:
        raise EmptyListError(_nothing(source.kind, refused))
    notes, profile = source.notes, Profile(name=source.name)
    if len(builder):
        made = builder.build(name=source.name, scale=scale.top)
        profile, notes = made.profile, notes + made.notes
    refused += builder.left_out
    questions = [TitleQuestion(row.number, row.text, row.candidates, likely(row.candidates)) for row in asked]
    questions.sort(key=lambda item: (item.likely is not None, item.candidates[0][2], item.row))
    known = len(profile.scores), len(profile.begun) - len(profile.scores), len(profile.planned)
    report = Report(
        source.kind, len(rows) + len(source.left_out), *known, len(asked), len(refused), scale, tuple(questions),
        tuple(StatusQuestion(word, count) for word, count in unknown.most_common()), tuple(sorted(letters)),
        tuple(sorted(refused, key=lambda item: item.row)), tuple(unread), notes,
    )  # fmt: skip
    return Import(profile, report, tuple(rows), source, answers)


#: A title is suggested from this confidence on, and if it leads by `LEAD` or has exactly the name: see docs/lists.md.
LIKELY, LEAD = 0.88, 0.01


def likely(candidates: Sequence[Candidate]) -> int | None:
    """The id to suggest among candidates, best first; None if more than one, or none of them, may well be meant."""
    best = candidates[0][2] if candidates else 0.0
    second = candidates[1][2] if len(candidates) > 1 else 0.0
    return candidates[0][0] if best >= 1 or (best >= LIKELY and best - second >= LEAD) else None


def _value(
    score: Score, scale: float, stars: float, letters: Mapping[str, float]
) -> tuple[float | None, float | None, str]:
    """A score's value and highest value, and what is wrong with it, if anything."""
    if score.kind == "none":
        return None, None, ""
    if score.kind == "unreadable":
        return None, None, f"score {score.text[:20]!r} not understood: the title counts as not scored"
    if score.kind == "letter":
        return letters.get(score.text), 10.0, ""
    top = scores.with_top(score, scale, stars).top or scale
    if score.value > top:
        return None, None, f"score {score.text[:20]} is above {top:g}: the title counts as not scored"
    return score.value, top, ""


def _nothing(kind: str, refused: Sequence[LeftOut]) -> str:
    if not refused:
        return f"The {kind} is empty. Add some titles to it, or rate a few here."
    reasons = Counter(item.reason for item in refused)
    text = ", ".join(f"{count:,} × {reason}" for reason, count in reasons.most_common(3))
    return f"No row of the {kind} can be used ({text}). Correct it, or rate a few titles here."
