"""Decode the text of a file, whatever program wrote it."""

from recsys.lists import files

#: Tried by charset-normalizer when a text is neither UTF-8 nor has a byte order mark; the more usual ones first.
_ENCODINGS = ("utf_16_le", "utf_16_be", "cp932", "cp1252", "cp1251", "euc_jp", "gb18030", "big5", "cp949", "koi8_r")
_SAMPLE = 64 * 1024


def decode(data: bytes) -> tuple[str, str | None]:
    """The text of `data`, which may be gzip, and a note for the fan if its encoding had to be guessed.

    UTF-8, UTF-16 and UTF-32 are recognised; for others `charset_normalizer` finds the likeliest encoding. At most
    `files.MAX_FILE_BYTES` when inflated: raises `BadFileError` beyond.
    """
    data = b"".join(files.inflate(data, files.MAX_FILE_BYTES))
    for mark, name in files.MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace"), None
    if b"\x00" not in data:
        try:
            return data.decode("utf-8"), None
        except UnicodeDecodeError:
            pass
    name = _likeliest(data[:_SAMPLE])
    note = f"The file is not UTF-8: it was read as {name}. If titles look wrong, save it as “CSV UTF-8”."
    return data.decode(name, errors="replace"), None if name.startswith("utf_16") else note


def _likeliest(data: bytes) -> str:
    import charset_normalizer  # only few files need it, and it takes long to load

    found = charset_normalizer.from_bytes(data[: len(data) // 2 * 2], cp_isolation=list(_ENCODINGS))
    fitting = [match.encoding for match in found]
    for match in found:
        if match.chaos == found[0].chaos and match.coherence == found[0].coherence:
            fitting[0] = min(fitting[0], match.encoding, key=_place)
    return fitting[0] if fitting else "cp1252"


def _place(name: str) -> int:
    return _ENCODINGS.index(name) if name in _ENCODINGS else len(_ENCODINGS)
