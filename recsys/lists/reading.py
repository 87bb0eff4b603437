"""Read a list from a file of any kind."""

import re
from itertools import islice
from pathlib import Path

from recsys.lists import decoding, drafting, files, json_list, mal_xml, scores, sheets
from recsys.lists.errors import BadFileError
from recsys.lists.importing import Answers, Import, assemble
from recsys.lists.resolve import Match, Progress, resolve
from recsys.lists.rows import Row, Source

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_JSON = re.compile(r"\s*(?:\{|\[\s*(?:\{|\[|\"|\]))")


def read(
    source: str | Path | bytes,
    match: Match | None = None,
    *,
    scale: float | None = None,
    progress: Progress | None = None,
) -> Import:
    """The list in a file, given as a path or bytes: what is certain, what was done, and what is to be asked.

    What the file is, is found from its content: MyAnimeList's XML, a table (separated by comma, semicolon, tab or
    pipe), JSON (AniList's download, an answer of its API, a list of objects), or notes with a title on each line, all
    of them plain or gzip; or a workbook (.xlsx, .ods). `match` is `Engine.match`; without it only MyAnimeList ids can
    be read. `scale` is the highest possible score (None: found from all scores and the heading). `progress` gets the
    number of rows done and of all.

    Raises `BadFileError` if the file is no list or is larger than the limits of `recsys.lists.files`, `EmptyListError`
    if nothing in it can be used, `TooLongError` if it has more titles than MyAnimeList.
    """
    data = files.read_bytes(source, workbooks=True)
    answers = Answers(scale)
    if files.is_workbook(data):
        return sheets.read(data, match, answers, progress)
    head = b"".join(islice(files.inflate(data), 1))[:200].lstrip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe")
    if head.startswith(b"<"):
        return _export(data, answers)
    text, note = decoding.decode(data)
    text = text.lstrip("\ufeff")
    if len(_CONTROL.findall(text[:20_000])) > 0.02 * len(text[:20_000]):
        raise BadFileError("The file is not text, so it is not a list. Export your list as CSV, XML or JSON.")
    if _JSON.match(text):
        drafts, origin = json_list.read(json_list.load(text))
    else:
        found = drafting.of_text(text)
        drafts, origin = found.rows, found.source
    rows, said = resolve(drafts, match, progress)
    own = (note,) if note else ()
    return assemble(rows, Source(origin.kind, origin.named, origin.name, own + origin.notes + said), answers)


def _export(data: bytes, answers: Answers) -> Import:
    builder, name, said = mal_xml.parse(data)
    rows = [
        Row(number, str(anime_id), scores.parse(f"{score:g}" if score > 0 else ""), status, anime_id)
        for number, (anime_id, status, score) in enumerate(builder.entries(), 1)
    ]
    return assemble(rows, Source(mal_xml.SOURCE, 10.0, name, said, tuple(builder.left_out)), answers)
