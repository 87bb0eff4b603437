"""Text from data (titles, names) made safe for Streamlit's Markdown."""

import re
import unicodedata
from urllib.parse import quote

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
#: Emoji codes, links and addresses are recognised after Markdown is parsed, so escaping alone does not stop them.
_LATE = re.compile(r"(:|@|www)(?=\S)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_MAX_LENGTH = 120
#: Characters of a web address that mean nothing in Markdown between angle brackets.
_IN_ADDRESSES = ":/?#@!$&'()*+,;=%~"


def shorten(value: str, limit: int = _MAX_LENGTH) -> str:
    """At most `limit` characters on one line, without control or direction-changing characters."""
    if not value.isprintable():  # else it has none of these
        value = "".join(
            c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or c == "\u200d" else " " for c in value
        )
    clean = " ".join(value.split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def plain(value: str, limit: int = _MAX_LENGTH) -> str:
    """`value` as Markdown that shows exactly its characters: no markup, link, image, emoji code or formula."""
    return _MARKDOWN.sub(r"\\\1", _LATE.sub(rf"\1{_WORD_JOINER}", shorten(value, limit)))


def link(label: str, url: str) -> str:
    """A link in Markdown whose text shows exactly the characters of `label`."""
    return f"[{plain(label, 40)}](<{quote(url, safe=_IN_ADDRESSES)}>)"


def count(n: int, one: str, many: str | None = None) -> str:
    """ "1 title", "2,000 titles"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
