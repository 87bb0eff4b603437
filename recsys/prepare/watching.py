"""Recognise and number watching lists: a CSV file of the titles that fans were watching, without scores."""

from dataclasses import dataclass

from recsys.errors import DataError
from recsys.prepare import kaggle, raw_sql

#: `position`, a title's place in the fan's order, is not used.
ROLE = kaggle.Role("watching list", (), {"fan": "fan", "anime_id": "anime_id"}, {"position": "position"})
#: Why a row cannot be used, in the order of the checks.
REASONS = ("malformed line", "malformed fan", "malformed title id", "unknown title")
#: Hexadecimal digits of a hash that make a fan's id: 52 bits, so that ids are below `raw_sql.MAX_USER_ID`.
_DIGITS = 13
_SHA256_DIGITS = 64


@dataclass(frozen=True)
class WatchingList:
    """A file with a row for each title that a fan is watching."""

    lists: kaggle.Part

    @property
    def name(self) -> str:
        return f"watching list {self.lists.file.path.name}"

    @property
    def licence(self) -> str:
        return "not stated for watching lists"


def recognise(file: kaggle.RawFile) -> WatchingList:
    """Raises `DataError`, naming the missing column, if the file is not a watching list."""
    if file.missing(ROLE):
        raise DataError(
            f"{kaggle.explain(file, ROLE)} A source that is a file must be a watching list with the columns fan and "
            "anime_id; for a Kaggle set, give its folder."
        )
    return WatchingList(kaggle.Part(file, ROLE))


def classified(source: WatchingList) -> str:
    """SELECT of every row: fan (text), anime_id, reason (why it cannot be used, or NULL). Needs the table known."""
    fan, anime_id = (raw_sql.field(source.lists, name) for name in ROLE.columns)
    return f"""
        SELECT fan, known.anime_id,
            CASE WHEN NOT well_formed THEN 'malformed line'
                 WHEN fan IS NULL THEN 'malformed fan'
                 WHEN rows.anime_id IS NULL OR rows.anime_id NOT BETWEEN 1 AND 2147483647 THEN 'malformed title id'
                 WHEN known.anime_id IS NULL THEN 'unknown title' END AS reason
        FROM (SELECT f IS NOT NULL AS well_formed, nullif(trim({fan}), '') AS fan,
                  {raw_sql.whole_number(anime_id)} AS anime_id
              FROM ({raw_sql.lines(source.lists)})) AS rows
        LEFT JOIN known ON known.anime_id = rows.anime_id"""


def fan_ids() -> list[str]:
    """SQL for a fan's id, from the column username: the first 52 bits of its SHA-256; then the ones to try in its
    place, the following bits, if another fan has that id."""
    starts = range(1, _SHA256_DIGITS - _DIGITS + 2, _DIGITS)
    return [f"('0x' || substr(sha256(username), {start}, {_DIGITS}))::BIGINT" for start in starts]
