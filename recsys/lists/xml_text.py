"""Decode the XML of an export, and repair the faults that hand-made exports often have.

Everything is a stream of bounded chunks. Line breaks are kept, so that the parser's line numbers are the file's.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from html.entities import html5

from recsys.lists import build, files
from recsys.lists.errors import BadFileError

_ENCODINGS = {
    *("ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u"),
    *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "cp949", "euc_kr"),
    *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
    *(f"cp125{part}" for part in range(9)),
}
_HEAD_BYTES = 1024

#: Characters that XML 1.0 forbids (section 2.2).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Byte order marks, also one that was read as Latin-1 and saved as UTF-8.
_MARK = "\ufeff|\xef\xbb\xbf"
_BLANK = re.compile(rf"(?:\s|{_MARK})*")
_TOKEN = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#[1-9][0-9]{2,3}|#[1-4][0-9]{4});)(?:(\w{1,40}|#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8});)?"
    r"|<!--|<!\[CDATA\[|<\?|<(?![^\W\d]|[:/!])|\]\]>"
)
#: A token is at most this long, so that a chunk without its last characters never ends inside one.
_LONGEST = 50
_MAX_TOKENS = 1_500_000  # an export has six for each title
_NOTES = {
    "bare": "{} (&, < or ]]>) not written as XML requires, read as text.",
    "html": "{} written as HTML entities, which XML does not have.",
    "forbidden": "{} removed that XML does not allow.",
    "undecoded": "{} not readable in the file's encoding.",
}
_CLOSING = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}


class XmlText:
    """The text of an XML file, in chunks, repaired where there is only one way to repair it.

    - A byte order mark or white space before the declaration is skipped. The declaration itself is left out, too: it
      has been used, and the text is Unicode now.
    - `&`, `<` and `]]>` that begin or end nothing stand for themselves; HTML's entities, which XML lacks, for their
      characters. A document type is not touched: the parser refuses it.
    - Characters that XML forbids are removed; bytes that the encoding forbids become U+FFFD.
    - Text that is UTF-8 is read as UTF-8, whatever the declaration says.
    - What comments hold is left out: it may contain `--`, which XML forbids.

    Raises `BadFileError` as `files.inflate` does, and for an encoding that is not known.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._encoding, self._stated = _encoding(data)
        self._counts: Counter[str] = Counter()
        self._held = ""
        self._begun = False
        self._closing = ""
        self._tokens = 0

    def __iter__(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
        for chunk in files.inflate(self._data):
            yield self._repair(decoder.decode(chunk))
        yield self._repair(decoder.decode(b"", final=True), final=True)

    def notes(self) -> tuple[str, ...]:
        """Sentences for the fan that say what was repaired; complete when all chunks have been read."""
        sentences = []
        if self._stated:
            sentences.append(f"The file says that its encoding is {self._stated}, but it is UTF-8: read as UTF-8.")
        if self._counts["blank"]:
            sentences.append("Skipped what stands before the XML declaration: white space or a byte order mark.")
        for kind, text in _NOTES.items():
            if count := self._counts[kind]:
                sentences.append(text.format(build.plural(count, "character")))
        return tuple(sentences)

    def _repair(self, text: str, final: bool = False) -> str:
        text, forbidden = _FORBIDDEN.subn("", text)
        self._counts["forbidden"] += forbidden
        self._counts["undecoded"] += text.count("\ufffd")
        text = self._held + text
        end = len(text) if final else max(len(text) - _LONGEST, 0)
        pieces: list[str] = []
        place = 0 if self._begun else self._skip_blank(text, end, pieces)
        while place < end:
            if self._closing:
                place = self._inside(text, place, end, pieces)
                continue
            token = _TOKEN.search(text, place)
            if token is None or token.start() >= end:
                pieces.append(text[place:end])
                place = end
                break
            self._tokens += 1
            if self._tokens > _MAX_TOKENS:
                raise BadFileError("The file has more in it than any export. Download the export again.")
            pieces += text[place : token.start()], self._replacement(token)
            place = token.end()
        self._held = text[place:]
        return "".join(pieces)

    def _skip_blank(self, text: str, end: int, pieces: list[str]) -> int:
        """Where the text begins: after white space, which is kept for its lines, and marks, which are not."""
        blank = _BLANK.match(text, 0, end)
        place = blank.end() if blank else 0
        lines, marks = re.subn(_MARK, "", text[:place])
        pieces.append(lines)
        self._counts["blank"] += marks
        if place < end:
            self._begun = True
            self._counts["blank"] += place > 0 and text.startswith("<?xml", place)
        return place

    def _inside(self, text: str, place: int, end: int, pieces: list[str]) -> int:
        """Go on in a comment, a CDATA section or a declaration, up to its end or the text's."""
        close = text.find(self._closing, place)
        stop = end if close < 0 else close
        pieces.append(text[place:stop] if self._closing == "]]>" else re.sub(r"[^\r\n]+", "", text[place:stop]))
        if close < 0:
            return stop
        pieces.append(" " if self._closing == "?>" else self._closing)
        stop += len(self._closing)
        self._closing = ""
        return stop

    def _replacement(self, token: re.Match[str]) -> str:
        text, name = token[0], token[1] or ""
        if text in _CLOSING:
            self._closing = _CLOSING[text]
            return "" if text == "<?" else text
        if name.startswith("#"):
            number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
            if 0 < number < 0x110000 and not _FORBIDDEN.match(chr(number)):
                return f"&#{number};"
            self._counts["forbidden"] += 1
            return ""
        if f"{name};" in html5:
            self._counts["html"] += 1
            return "".join(f"&#{ord(character)};" for character in html5[f"{name};"])
        self._counts["bare"] += 1
        return {"<": "&lt;", "]]>": "]]&gt;"}.get(text) or f"&amp;{text[1:]}"


def _encoding(data: bytes) -> tuple[str, str]:
    """The encoding of a file, and the one that it states if it is another. Without either it is UTF-8."""
    head = b""
    for chunk in files.inflate(data):
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    for mark, name in files.MARKS:
        if head.startswith(mark):
            return name, ""
    for name, pattern in (("utf-16-le", rb"(?:[\t\n\r ]\0)*<\0"), ("utf-16-be", rb"(?:\0[\t\n\r ])*\0<")):
        if re.match(pattern, head):
            return name, ""
    stated = re.match(
        rb"""(?:\s|\xef\xbb\xbf)*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""", head
    )
    name = stated[1].decode("ascii") if stated else "utf-8"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known == "utf-8":
        return known, ""
    fits = _fits(data)
    if fits == "utf-8" or (fits and known not in _ENCODINGS):
        return "utf-8", name
    if known not in _ENCODINGS:
        raise BadFileError(f"The file says that its encoding is {name!r}. Save it as UTF-8 and upload it again.")
    return "utf-8" if known.startswith("utf-16") else known, ""  # it was read as bytes so far: it cannot be UTF-16


def _fits(data: bytes) -> str:
    """`ascii` or `utf-8`, whichever the file is written in; empty if it is neither."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    found = "ascii"
    try:
        for chunk in files.inflate(data):
            if not decoder.decode(chunk).isascii():
                found = "utf-8"
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return ""
    return found
