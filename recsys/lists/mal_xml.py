"""Read MyAnimeList's export, `animelist_*.xml` or `.xml.gz`. Works offline, for private lists and without a key.

    <myanimelist>
      <myinfo> <user_name>…</user_name> … </myinfo>
      <anime>
        <series_animedb_id>5114</series_animedb_id> <my_score>9</my_score> <my_status>Completed</my_status> …
      </anime> …
    </myanimelist>

The parser reads a stream and keeps four fields only. A score of 0 means not scored.
"""

import re
from pathlib import Path
from typing import Any
from xml.parsers.expat import ErrorString, ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from recsys.lists import build, files
from recsys.lists.errors import BadFileError
from recsys.lists.xml_text import XmlText
from recsys.types import Profile

SOURCE = "MyAnimeList export"

_MAX_DEPTH = 16
_MAX_ELEMENTS = 1_500_000  # 25 for each title, and more titles than MyAnimeList has
_MAX_FIELD_CHARACTERS = 200
#: expat keeps an incomplete tag or attribute, and some versions parse it again with each chunk.
_MAX_TOKEN_CHARACTERS = 512 * 1024

_FIELDS = {"series_animedb_id", "my_score", "my_status", "user_name"}
_EXPORT = "Upload the export of your anime list from myanimelist.net/panel.php?go=export."


def read(source: str | Path | bytes) -> Profile:
    """The list in an export, given as a path or bytes. Raises the errors of `import_list`."""
    return import_list(source).profile


def import_list(source: str | Path | bytes) -> build.ImportedList:
    """The list in an export, with notes on what was changed or repaired. Raises the errors of `parse`."""
    builder, name, notes = parse(source)
    return builder.build(name=name, scale=None, notes=notes)


def parse(source: str | Path | bytes) -> tuple[build.ListBuilder, str, tuple[str, ...]]:
    """The entries of an export, the user's name, and notes on what was repaired.

    Raises `BadFileError` if the file is not a complete export of an anime list within the limits of
    `recsys.lists.files`, `EmptyListError` if it has no usable title, `TooLongError` if it has more titles than
    MyAnimeList.
    """
    text = XmlText(files.read_bytes(source))
    target = _Export()
    expat = target.attach(DefusedXMLParser(forbid_dtd=True).parser)
    waiting, complete = 0, False
    try:
        for chunk in text:
            before = target.elements, target.depth
            expat.Parse(chunk, False)
            waiting = waiting + len(chunk) if before == (target.elements, target.depth) else 0
            if waiting > _MAX_TOKEN_CHARACTERS:
                raise BadFileError(f"The file has a part that is far longer than any in an export. {_EXPORT}")
        complete = True
        expat.Parse("", True)
    except DefusedXmlException as error:
        if str(getattr(error, "name", "")).lower() == "html":
            raise BadFileError(f"This is a web page, not an export. {_EXPORT}") from None
        raise BadFileError(f"The file defines entities or a document type, which no export does. {_EXPORT}") from None
    except ExpatError as error:
        raise BadFileError(_malformed(target, error, complete)) from None
    if not len(target.builder):
        if target.manga:
            raise BadFileError(f"This is an export of a manga list. {_EXPORT}")
        target.builder.build()  # raises
    return target.builder, target.name, text.notes()


def _malformed(target: "_Export", error: ExpatError, complete: bool) -> str:
    """What is wrong with a file that the parser refuses, and on which line. `complete`: it was parsed to its end."""
    where = f"line {error.lineno}: {ErrorString(error.code)}"
    if not target.elements:
        return f"The file is not XML ({where}). {_EXPORT}"
    if complete:
        return f"The file breaks off ({where}). Download the export again."
    if target.depth:
        return f"The file is damaged ({where}). Correct that line, or download the export again."
    return f"The file has something after its end ({where}). Remove it, or download the export again."


class _Export:
    """Handles the parser's events; keeps one entry at a time."""

    def __init__(self) -> None:
        self.builder = build.ListBuilder(SOURCE)
        self.name = ""
        self.manga = 0
        self.depth = 0
        self.elements = 0
        self._entry: dict[str, str] = {}
        self._field = ""
        self._text = ""

    def attach(self, expat: Any) -> Any:
        """Set this object's handlers on `expat`, a parser secured by defusedxml."""
        self._expat = expat
        # Replaces only the handlers that build ElementTree's tree, not those that refuse entities.
        expat.DefaultHandlerExpand = expat.CharacterDataHandler = None
        expat.StartElementHandler, expat.EndElementHandler = self._start, self._end
        return expat

    def _start(self, tag: str, _attributes: object) -> None:
        self.elements += 1
        self.depth += 1
        if self.depth == 3:
            if tag in _FIELDS:
                self._field, self._text = tag, ""
                self._expat.CharacterDataHandler = self._data
        elif self.depth == 2:
            self._entry = {}
            self.manga += tag == "manga"
        elif self.depth == 1 and tag != "myanimelist":
            kind = "a web page" if tag.lower() == "html" else f"a <{tag[:40]}> file"
            raise BadFileError(f"This is {kind}, not an export. {_EXPORT}")
        if self.depth > _MAX_DEPTH or self.elements > _MAX_ELEMENTS:
            raise BadFileError(f"The file has more elements, or deeper ones, than any export. {_EXPORT}")

    def _data(self, text: str) -> None:
        self._text += text
        if len(self._text) > _MAX_FIELD_CHARACTERS:
            raise BadFileError(f"The field {self._field} is far too long. {_EXPORT}")

    def _end(self, tag: str) -> None:
        self.depth -= 1
        if self.depth == 2 and self._field:
            self._expat.CharacterDataHandler = None
            self._entry[self._field] = self._text.strip()
            self._field = ""
        elif self.depth == 1 and tag == "anime":
            entry = self._entry
            status = build.status_of(entry.get("my_status"))
            self.builder.add(entry.get("series_animedb_id"), status, entry.get("my_score"))
        elif self.depth == 1 and tag == "myinfo":
            name = self._entry.get("user_name", "")
            self.name = name if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) else ""
