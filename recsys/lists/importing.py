"""An imported list: the profile, what was done, and what is to be asked."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from recsys.lists import build, scores, words
from recsys.lists.build import LeftOut
from recsys.lists.errors import BadFileError, EmptyListError
from recsys.lists.report import Candidate, Report, StatusQuestion, TitleQuestion
from recsys.lists.rows import Row, Source, select
from recsys.lists.scores import Scale, Score
from recsys.types import Profile


@dataclass(frozen=True)
class Answers:
    """What the fan said about the open questions."""

    scale: float | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, float] = field(default_factory=dict)
    sheets: frozenset[str] | None = None


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
        sheets: Collection[str] | None = None,
    ) -> "Import":
        """The import with answers to some of its questions; the others stay open.

        `titles` gives the anime id for a row's number (None: leave the row out); `scale` the highest possible score;
        `statuses` the status (of `build.STATUSES`) for a word; `letters` the score from 1 to 10 for a grade; `sheets`
        the names of the sheets to read. The status or grade of a row is asked when its title is answered. The profile
        is empty if every row is left out. Raises `BadFileError` for a sheet that is not among `report.sheets`.
        """
        titles = titles or {}
        known = [sheet.name for sheet in self.report.sheets]
        if unknown := sorted(set(sheets or ()) - set(known)):
            there = f"choose among: {', '.join(known)}" if known else "it has no sheets to choose from"
            raise BadFileError(f"The file has no sheet {unknown[0]!r} that can be read; {there}.")
        rows = tuple(_answered(row, titles) if row.candidates and row.number in titles else row for row in self._rows)
        answers = Answers(
            self._answers.scale if scale is None else scale,
            {**self._answers.statuses, **(statuses or {})},
            {**self._answers.letters, **(letters or {})},
            self._answers.sheets if sheets is None else frozenset(sheets),
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
    every, whole = tuple(rows), source
    rows, source, sheets = select(every, whole, answers.sheets)
    found = source.scale or scores.find_scale([row.score for row in rows], source.named)
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
        tuple(sorted(refused, key=lambda item: item.row)), tuple(unread), notes, sheets,
    )  # fmt: skip
    return Import(profile, report, every, whole, answers)


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
