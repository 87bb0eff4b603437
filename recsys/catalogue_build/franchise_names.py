"""Parse a title's name: the words of the series' name, where it may end, season, part, and kind of release."""

import functools
import re
import unicodedata
from dataclasses import dataclass

Words = tuple[str, ...]  # never empty where it names something

#: One Chinese or Japanese character counts as this many Latin letters.
WIDE_WEIGHT = 2.5
#: From this character on, scripts are Chinese, Japanese or Korean.
WIDE = "\u3040"

_FINAL = 90
_NUMBERS = {
    word: n
    for words in (
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
        ("ichi", "ni", "san", "yon", "go", "roku", "shichi", "hachi", "kyuu", "juu"),
        tuple("一二三四五六七八九十"),
        ("ファースト", "セカンド", "サード"),
    )
    for n, word in enumerate(words, 1)
} | {"shi": 4}
_ORDINAL = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|last"
_ROMAN = "ii|iii|iv|v|vi|vii|viii|ix"
_KANJI = "[一二三四五六七八九十]"

#: (pattern, what the number in it counts). A match is removed from the name.
_COUNTED = [
    (r"\b(?:the )?(\d+)(?:st|nd|rd|th) (?:season|series|stage|attack|term|gig|act)\b", "season"),
    (rf"\b(?:the )?({_ORDINAL}) (?:season|series|stage|attack|act|term)\b", "season"),
    (rf"\bseason[ .]?(\d+|{_ROMAN})\b", "season"),
    (r"\bs(\d{1,2})$", "season"),
    (r"\bdai (ni|san|yon|\d+)[ -]?(?:ki|gakki|shou)\b", "season"),
    (r"\b(ni|san|yon|go)[ -](?:gakki|no shou|no sara|no maku)\b", "season"),
    (r"(?<=\w) (?<!no )(san|shi|yon|go|roku|shichi|ni(?=!))!*(?=:|$)", "season"),
    (rf"第?(\d+|{_KANJI})(?:期|シーズン|シリーズ|学期)", "season"),
    (r"シーズン ?(\d+)", "season"),
    (r"(ファースト|セカンド|サード|ファイナル|最終)(?:シーズン|ステージ|シリーズ)", "season"),
    (r"(\d+)(?:st|nd|rd|th) ?シーズン", "season"),
    (rf"\b(?:part|cour|chapter|act)[ .]?(\d+|{_ROMAN}|one|two|three)\b", "part"),
    (rf"第(\d+|{_KANJI})(?:クール|部|章|幕|弾|話|巻)", "part"),
    (r"\b(?:vol(?:ume)?|case)[ .]*(\d+)\b", "part"),
    (r"\bep(?:isode)?[ .]*(\d+)\b", "episode"),
    (r"\b(?:the )?movie (\d+|i{1,3}|iv)\b", "film"),
    (r"\bmovie(\d+)\b", "film"),
    (r"\b(?:ova|oad|ona|special|sp) (\d+)\b", "special"),
]
#: Words for a kind of release; they are removed from the name.
_MARKS = [
    (r"\bmusic video\b|\bpromotion video\b|\bmusic clips?\b|\bpvs?\b|\bcms?\b|\bmanner movie\b", "promo"),
    (r"\b(?:the |gekijou ?ban |shin )?movies?\b|\bgekijou ?ban\b|\beiga\b|劇場版|映画|\bthe theater\b", "film"),
    (r"\b(?:ova|oad|ona|oav)s?\b", "ova"),
    (r"\bspecials?\b|\btokubetsu[- ]hen\b|特別編|スペシャル|\bomake\b|\bextras?\b|番外編", "special"),
    (
        r"\brecaps?\b|\bsoushuu ?hen\b|総集編|\bdigest\b|ダイジェスト|\bcompilation\b|総集篇|\bspecial edition\b",
        "recap",
    ),
    (r"\bpicture drama\b|\bmini (?:anime|gekijou|theater)\b|ミニアニメ|ピクチャードラマ", "special"),
    (r"\bpilot\b|\bpreview\b|\bprologue\b", "special"),
    (r"\b(?:zen|kou|chuu)(?:pen|hen)\b|前編|後編|中編|前篇|後篇", "part"),
    (r"\b(?:tv|the animation|animation series|the animated series|the series)\b|テレビアニメ版?|tvアニメ版?", "noise"),
    (r"^アニメ|アニメーション$|\bthe animation$|\(music\)$", "noise"),
]
_COUNTERS = [(re.compile(pattern), what) for pattern, what in _COUNTED]
_MARKERS = [(re.compile(pattern), what) for pattern, what in _MARKS]
_YEAR = re.compile(r"[(\[ ]((?:19|20)\d\d)[)\]]?$|\(((?:19|20)\d\d)\)")
_ARTICLE = re.compile(r"^(?:the|a) ")
_POSSESSIVE = re.compile("['\u2019]s\\b")
_ACCENTS = re.compile("[\u0300-\u036f]")

_QUOTES = dict.fromkeys("'\"`\u00b4\u2018\u2019\u201c\u201d")
_ORNAMENTS = dict.fromkeys("\u2605\u2606\u2661\u2665\u266a\u30fb", "_")  # stars, hearts, a note, a middle dot
_DROPPED = str.maketrans(_QUOTES | _ORNAMENTS)

_DASH = "[-\u2010\u2013\u2014\u2015]"
_TILDE = "[~\u223c\u301c\uff5e]"
_JAPANESE = "[\u3040-\u9fff]"
#: Where a series' name may end and a subtitle begin.
_CUT = re.compile(
    rf": ?| / | {_DASH} |{_DASH}$| {_DASH}|{_DASH} |{_TILDE}|[()\[\]【】「」『』《》<>{{}}|;]"
    rf"|(?<=\w)/(?=\w)|[!?.,] |(?<={_JAPANESE}) | (?={_JAPANESE})"
)
_EXCLAIMED = re.compile(r"\w+[!?.,]+ ")
_HIRAGANA = re.compile("[\u3040-\u309f]+")
#: A word is a run of one script.
_WORD = re.compile(
    "[\u3040-\u309f]+|[\u30a1-\u30ff]+|[\u3400-\u9fff\u3005\u3006]+|[\uac00-\ud7a3]+"
    r"|\d+(?:\.\d+)?|[^\W\d_\u3040-\u30ff\u3400-\u9fff\u3005\u3006\uac00-\ud7a3]+|[×°△√∬∽]"
)
_PARTICLES = frozenset(
    "no wa ga wo ni to de mo na e ya kara made of an and in for from with at".split(" ")  # noqa: SIM905
) | frozenset("のはがをにとでもなへや")


@dataclass(frozen=True)
class Name:
    """A parsed name. `words` holds the series' name and subtitle, without season numbers and kinds of release. `cuts`
    are the numbers of words after which a subtitle may begin, ascending; the last is the number of all words.
    `season`, `part`, `film` and `year` are None where the name has none; `marks` are the kinds of release it names.
    `numbered` counts the words before a numeral that ends a head: 3 in "Kara no Kyoukai 1: Fukan Fuukei".
    `series` is a second number: 3 in "Yuusha Ou 3: Hoshi 2nd Season". `exclaimed` says that a sentence ends
    with the first word: "Tatakae! Yuusha Ou"."""

    words: tuple[str, ...]
    cuts: tuple[int, ...]
    season: int | None = None
    part: int | None = None
    film: int | None = None
    year: int | None = None
    marks: frozenset[str] = frozenset()
    numbered: int | None = None
    series: int | None = None
    exclaimed: bool = False


@functools.lru_cache(maxsize=100_000)
def parse(text: str) -> Name:
    """Parse a name in romaji, English or Japanese."""
    text = unicodedata.normalize(
        "NFKC", text.replace("½", "1/2").replace("1/2", " half").replace("³", " cubed")
    ).lower()
    text = _POSSESSIVE.sub("", text.replace("m@ster", "master")).translate(_DROPPED)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    counts: dict[str, int] = {}
    marks: set[str] = set()
    match = _YEAR.search(text)
    year = int(match[1] or match[2]) if match else None
    if match:
        text = f"{text[: match.start()]} {text[match.end() :]}".strip()
    for pattern, what in _COUNTERS:
        match = pattern.search(text)
        if match:
            if what in counts:
                counts.setdefault("series", _value(match[1]))
            else:
                counts[what] = _value(match[1])
            marks.add(what)
            text = f"{text[: match.start()]} : {text[match.end() :]}"
    for pattern, what in _MARKERS:
        text, found = pattern.subn(" : ", text)
        if found:
            marks.add(what)
    text = _ARTICLE.sub("", text.strip())
    words, cuts = _split(text)
    at, number = _numeral(words, cuts)
    if at is not None:
        counts.setdefault("series" if "season" in counts else "season", number)
        words = words[:at] + words[at + 1 :]
        cuts = sorted({cut - (cut > at) for cut in cuts})
    season, film, series = (counts.get(what) for what in ("season", "film", "series"))
    part = counts.get("part", counts.get("episode"))
    return Name(
        tuple(words), tuple(cuts), season, part, film, year, frozenset(marks), at, series, bool(_EXCLAIMED.match(text))
    )


@functools.lru_cache(maxsize=100_000)
def weight(words: tuple[str, ...]) -> float:
    """Length of a name in Latin letters."""
    return sum(len(w) * (WIDE_WEIGHT if w[0] >= WIDE else 1.0) for w in words)


def dangles(word: str) -> bool:
    """Whether a word cannot end a name."""
    return word in _PARTICLES


def goes_on(word: str) -> bool:
    """Whether a word cannot begin a subtitle, so that the name goes on."""
    return word in _PARTICLES or bool(_HIRAGANA.fullmatch(word))


def _value(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.get(text, _FINAL)


def _split(text: str) -> tuple[list[str], list[int]]:
    words: list[str] = []
    cuts: list[int] = []
    for segment in _CUT.split(text):
        words.extend(_WORD.findall(segment))
        if words and (not cuts or cuts[-1] != len(words)):
            cuts.append(len(words))
    return words, cuts


def _numeral(words: list[str], cuts: list[int]) -> tuple[int | None, int]:
    """Position and value of a numeral before a cut: "K-On 2", "Kara no Kyoukai 1: …", "Overlord II"."""
    for cut in cuts:
        word = words[cut - 1]
        if cut > 1 and (re.fullmatch(r"[1-9]\d?|0", word) or re.fullmatch(_ROMAN, word)):
            return cut - 1, _value(word)
    return None, 0
