"""Cover art, always the same, for titles whose cover is not there; and the image of a prediction interval."""

import colorsys
import functools
import hashlib
import math
from xml.sax.saxutils import escape

from pages.parts.text import shorten
from recsys import Title

WIDTH, HEIGHT = 200, 280

#: Genre -> hue in degrees. The first genre of a title in this order counts.
_HUES = {
    "Horror": 350, "Hentai": 330, "Ecchi": 330, "Romance": 340, "Sports": 24, "Music": 292, "Mecha": 210, "Space": 246,
    "Sci-Fi": 200, "Mystery": 262, "Thriller": 2, "Psychological": 276, "Supernatural": 256, "Vampire": 354,
    "Magic": 288, "Fantasy": 168, "Historical": 34, "Samurai": 12, "Military": 92, "Martial Arts": 16,
    "Slice of Life": 140, "School": 190, "Kids": 48, "Comedy": 42, "Drama": 222, "Adventure": 152, "Action": 8,
}  # fmt: skip


@functools.lru_cache(1_000)  # 3 MB
def cover(title: Title) -> str:
    """An SVG of `WIDTH` x `HEIGHT`: a gradient in the genre's hue, a pattern, and the first letters of the name."""
    seed = _seed(title)
    top, bottom = colours(title)
    pattern = _PATTERNS[seed[3] % len(_PATTERNS)](seed)
    glyphs = _glyphs(title)
    size = {1: 118, 2: 92, 3: 66}[len(glyphs)]
    facts = " · ".join(str(part) for part in (title.type, title.year) if part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<defs><linearGradient id="g" x1="0" y1="0" x2="0.6" y2="1"><stop offset="0" stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#g)"/>'
        f'<g fill="none" stroke="#fff" stroke-opacity=".16" stroke-width="2">{pattern}</g>'
        f'<text x="{WIDTH / 2:g}" y="{HEIGHT / 2 + size * 0.28:.0f}" font-size="{size}" font-weight="700" fill="#fff" '
        f'fill-opacity=".94" text-anchor="middle" font-family="\'Noto Serif CJK JP\',\'Hiragino Mincho ProN\','
        f"'Yu Mincho',Georgia,serif\">{escape(glyphs)}</text>"
        f'<rect y="{HEIGHT - 38}" width="{WIDTH}" height="38" fill="#000" fill-opacity=".28"/>'
        f'<text x="{WIDTH / 2:g}" y="{HEIGHT - 13}" font-size="19" fill="#fff" text-anchor="middle" '
        f'font-family="system-ui,sans-serif">{escape(facts)}</text></svg>'
    )


def _seed(title: Title) -> bytes:
    return hashlib.sha256(str(title.anime_id).encode()).digest()


def colours(title: Title) -> tuple[str, str]:
    """The colours of the art at the top and at the bottom, as #rrggbb."""
    seed = _seed(title)
    hue = next((h for genre, h in _HUES.items() if genre in title.genres), seed[0] * 360 // 256)
    hue = (hue + seed[1] % 25 - 12) % 360
    return _colour(hue, 0.42, 0.58), _colour((hue + 28 + seed[2] % 24) % 360, 0.20, 0.62)


def _colour(hue: float, lightness: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue / 360, lightness, saturation)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _glyphs(title: Title) -> str:
    """Up to two characters of the Japanese name, else initials."""
    letters = [c for c in shorten(title.title_japanese or "") if c.isalnum()]
    if letters and ord(letters[0]) > 0x2E80:
        return "".join(letters[:2])
    return initials_of(title)


def initials_of(title: Title) -> str:
    """Up to three initials of the name in Latin letters, else a question mark."""
    words = "".join(c if c.isalnum() else " " for c in shorten(title.title_english or title.title)).split()
    initials = "".join(word[0] for word in words if word.lower() not in ("the", "a", "of", "no", "to", "wa"))
    return (initials[:3] or (words[0][0] if words else "?")).upper()[:3]


def _rings(seed: bytes) -> str:
    x, y = seed[4] % WIDTH, seed[5] % HEIGHT
    return "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for r in range(18, 340, 20 + seed[6] % 10))


def _rays(seed: bytes) -> str:
    x, y, turn = WIDTH / 2, HEIGHT * (0.3 + seed[4] / 640), seed[5] / 40
    ends = [
        (x + 400 * math.cos(turn + k * math.pi / 14), y + 400 * math.sin(turn + k * math.pi / 14)) for k in range(28)
    ]
    return "".join(f'<path d="M{x:g} {y:.0f}L{a:.0f} {b:.0f}"/>' for a, b in ends)


def _scales(seed: bytes) -> str:
    """Seigaiha, the overlapping waves of Japanese textiles."""
    step = 40 + seed[4] % 14
    centres = [
        (x + (row % 2) * step / 2, y)
        for row, y in enumerate(range(0, HEIGHT + step, step // 2))
        for x in range(0, WIDTH + step, step)
    ]
    return "".join(
        f'<path d="M{x - r:g} {y}a{r:g} {r:g} 0 0 1 {2 * r:g} 0"/>' for x, y in centres for r in (step / 2, step / 4)
    )


def _waves(seed: bytes) -> str:
    height, length = 8 + seed[4] % 10, 44 + seed[5] % 30
    path = "".join(f"q{length / 4:g} {-height} {length / 2:g} 0t{length / 2:g} 0" for _ in range(WIDTH // length + 2))
    return "".join(f'<path d="M{-seed[6] % length - length} {y}{path}"/>' for y in range(10, HEIGHT + 20, 22))


def _bars(seed: bytes) -> str:
    lean = 40 + seed[4] % 120
    return "".join(
        f'<path d="M{x} 0l{-lean} {HEIGHT}" stroke-width="{2 + (k * seed[5]) % 7}"/>'
        for k, x in enumerate(range(0, WIDTH + lean, 18 + seed[6] % 8))
    )


_PATTERNS = (_rings, _rays, _scales, _waves, _bars)


def band(predicted: float, low: float, high: float, mean: float | None, *, dark: bool) -> str:
    """An SVG scale from 1 to 10 with a bar from `low` to `high`, a dot at the prediction and a tick at the mean."""

    def x(score: float) -> float:
        return 8 + (score - 1) / 9 * 264

    ink, faint, accent = ("#e9e5db", "#35424a", "#3ba49c") if dark else ("#0f1517", "#d8d1c1", "#1c6b67")
    tick = (
        ""
        if mean is None
        else f'<path d="M{x(mean):.1f} 3v18" stroke="{ink}" stroke-width="2" stroke-dasharray="3 2"/>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 280 24" width="280" height="24">'
        f'<rect x="8" y="10" width="264" height="4" rx="2" fill="{faint}"/>'
        f'<rect x="{x(low):.1f}" y="7" width="{max(x(high) - x(low), 2):.1f}" height="10" rx="5" fill="{accent}" '
        f'fill-opacity=".45"/>'
        f'{tick}<circle cx="{x(predicted):.1f}" cy="12" r="6.5" fill="{accent}" stroke="{ink}" stroke-width="2"/></svg>'
    )
