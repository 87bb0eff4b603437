"""Seasons: the quarters of a year in which titles begin."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from recsys.errors import RecsysError

#: Seasons of a year in order; each is three months, and winter begins in January.
NAMES = ("Winter", "Spring", "Summer", "Fall")
#: The years of which an address may ask for a season.
_YEARS = (1900, 2200)


@dataclass(frozen=True, order=True)
class Season:
    """Three months of a year; `part` is 0 (winter, January to March) to 3 (fall)."""

    year: int
    part: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The season of a day."""
        return cls(day.year, (day.month - 1) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of `str`: "2026-fall". Raises `RecsysError` for any other text."""
        year, _, part = text.strip().partition("-")
        name = part.capitalize()
        known = year.isascii() and year.isdigit() and len(year) == 4 and _YEARS[0] <= int(year) <= _YEARS[1]
        if not known or name not in NAMES:
            raise RecsysError(f"{text[:30]!r} is not a season; write the year and the season, such as 2026-fall.")
        return cls(int(year), NAMES.index(name))

    @classmethod
    def numbered(cls, number: int) -> Self:
        """The reverse of `number`."""
        return cls(*divmod(int(number), len(NAMES)))

    @property
    def number(self) -> int:
        """Seasons since the year 0: one more for each later season."""
        return self.year * len(NAMES) + self.part

    def __add__(self, seasons: int) -> "Season":
        return Season.numbered(self.number + seasons)

    def __str__(self) -> str:
        return f"{self.year}-{self.name.lower()}"

    @property
    def name(self) -> str:
        """One of `NAMES`."""
        return NAMES[self.part]

    @property
    def label(self) -> str:
        """ "Fall 2026"."""
        return f"{self.name} {self.year}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.part + 1, 1)

    @property
    def last_day(self) -> date:
        return (self + 1).first_day - timedelta(days=1)
