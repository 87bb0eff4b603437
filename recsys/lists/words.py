"""The words that people write in lists: headings, statuses and signs for "no score", in several languages.

They stand in words.csv, one a line: what kind of word it is, what it means, and the word.
"""

import csv
import functools
import re
import unicodedata
from pathlib import Path

_FILE = Path(__file__).with_name("words.csv")
_ACCENTS = re.compile("[\u0300-\u036f]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def simplify(text: str) -> str:
    """Words in lower case with single spaces: without accents, punctuation, and with `myScore` as two words."""
    text = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text)).casefold()
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


@functools.cache
def _meanings(kind: str, joined: bool = True) -> dict[str, str]:
    """The words of a kind and their meanings; `joined`: without the spaces in them."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    found = {simplify(row["word"]) or row["word"]: row["meaning"] for row in rows}
    return {word.replace(" ", ""): meaning for word, meaning in found.items()} if joined else found


@functools.cache
def _phrases() -> tuple[tuple[frozenset[str], str, str], ...]:
    """The words of each heading of words.csv, its compact form and its meaning; the longest first."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [(simplify(row["word"]), row["meaning"]) for row in csv.DictReader(file) if row["kind"] == "heading"]
    rows.sort(key=lambda row: (-row[0].count(" "), -len(row[0])))
    return tuple((frozenset(word.split()), word.replace(" ", ""), meaning) for word, meaning in rows)


def heading(text: str) -> tuple[str, bool]:
    """What a column with this heading holds, and whether the heading says only that.

    The meaning is `title`, `mal_id`, `anilist_id`, `kitsu_id`, `id`, `score`, `site_score`, `status`, `year`,
    `season`, `kind`, `manga` (a column that only lists of manga have), `ignore`, or empty if it is not known.
    """
    simple = simplify(text[:100])
    compact = simple.replace(" ", "")
    if not compact:
        return "", False
    if meaning := _meanings("heading").get(compact):
        return meaning, True
    words = frozenset(simple.split())
    for phrase, joined, meaning in _phrases():
        if phrase <= words or (not joined.isascii() and len(joined) > 1 and joined in compact):
            return meaning, False
    return "", False


def status(text: str) -> str | None:
    """The status that a word or number means, one of `build.STATUSES` or `never`; None if it is not known."""
    simple = simplify(text[:100]) or text.strip()
    meaning = _meanings("status").get(simple.replace(" ", ""))
    if meaning is None and (inside := re.match(r"(.+?)\s*[(:/,–-]", text.strip())):
        meaning = _meanings("status").get(simplify(inside[1]).replace(" ", ""))  # such as "Watching (ep. 5)"
    return meaning


def is_mark(text: str) -> bool:
    """Whether a text is a check mark, or says yes or no."""
    return not re.search(r"\w", text) or simplify(text).replace(" ", "") in _meanings("mark")


def is_own(text: str) -> bool:
    """Whether a heading says that the column holds the fan's own scores, such as `My score`."""
    return heading(text)[0] == "score" and any(word in _meanings("own") for word in simplify(text[:100]).split())


def is_manga(text: str) -> bool:
    """Whether a type or status says that a row is a manga or a novel: `Light Novel`, `Plan to read`."""
    return simplify(text[:100]).replace(" ", "") in _meanings("manga")


def mentions_status(text: str) -> bool:
    """Whether words such as `Anime that I dropped` hold those of a status other than watched."""
    simple = f" {simplify(text[:100])} "
    known = ((word, meaning) for word, meaning in _meanings("status", joined=False).items() if len(word) > 3)
    return any(meaning != "completed" and f" {word} " in simple for word, meaning in known)


def is_no_score(text: str) -> bool:
    """Whether a cell says that there is no score: empty, `N/A`, `-`, `?` and the like."""
    text = text.strip()
    return not text or (simplify(text).replace(" ", "") or text) in _meanings("none")
