"""A picture of the ten titles, to post elsewhere. Covers may not be shown there: it has the app's own art."""

import functools
import io
import textwrap
from pathlib import Path

import streamlit
from PIL import Image, ImageDraw, ImageFont

from pages.parts import covers
from pages.parts.text import shorten
from recsys import Pick, Title

WIDTH, HEIGHT = 1200, 820
_MARGIN, _GAP, _ROW = 40, 20, 345
_COLUMNS = 5
_TILE = (WIDTH - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) // _COLUMNS
_ART = 230
_NAME_LINE, _NAME_LINES = 24, 2
_BACKGROUND, _INK, _FADED, _ACCENT = "#12181b", "#e9e5db", "#b9bdb9", "#3ba49c"
#: Streamlit brings its fonts along, for browsers; Pillow reads them too.
_FONTS = Path(streamlit.__file__).parent / "static/static/media"
_FILES = {"sans": "SourceSansVF-Upright*.woff2", "serif": "SourceSerifVariable-Roman*.woff2"}


def png(picks: list[Pick], titles: list[Title], heading: str) -> bytes:
    """A PNG of `WIDTH` x `HEIGHT` with up to ten titles in two rows. `titles` are those of `picks`, in order."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    draw.text((_MARGIN, 28), shorten(heading, 60), _INK, _font("serif", 38))
    for place, (pick, title) in enumerate(zip(picks[:10], titles, strict=False)):
        row, column = divmod(place, _COLUMNS)
        _tile(image, draw, (_MARGIN + column * (_TILE + _GAP), 100 + row * _ROW), pick, title)
    draw.text((_MARGIN, HEIGHT - 34), "Anime Alchemy · predicted scores", _FADED, _font("sans", 20))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _tile(image: Image.Image, draw: ImageDraw.ImageDraw, at: tuple[int, int], pick: Pick, title: Title) -> None:
    """Art, score and name of one title, with the left upper corner `at`."""
    x, y = at
    image.paste(_art(title), at)
    draw.text((x, y + _ART + 6), f"{pick.predicted:.1f}", _ACCENT, _font("sans", 30))
    name = textwrap.wrap(shorten(title.title_english or title.title), 23, max_lines=_NAME_LINES, placeholder=" …")
    for line, text in enumerate(name):
        draw.text((x, y + _ART + 42 + line * _NAME_LINE), text, _INK, _font("sans", 20))


def _art(title: Title) -> Image.Image:
    """A gradient in the colours of the title's drawn cover, with rings and initials."""
    top, bottom = covers.colours(title)
    mask = Image.linear_gradient("L").resize((_TILE, _ART))
    art = Image.composite(Image.new("RGB", (_TILE, _ART), bottom), Image.new("RGB", (_TILE, _ART), top), mask)
    draw = ImageDraw.Draw(art, "RGBA")
    x, y = title.anime_id * 37 % _TILE, title.anime_id * 53 % _ART
    for radius in range(24, _TILE + _ART, 26):
        draw.circle((x, y), radius, outline=(255, 255, 255, 38), width=2)
    draw.text((_TILE / 2, _ART / 2), covers.initials_of(title), "#ffffff", _font("serif", 84), anchor="mm")
    return art


@functools.cache
def _font(family: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A semibold font of the app; Pillow's own if Streamlit keeps its fonts elsewhere one day."""
    for path in _FONTS.glob(_FILES[family]):
        font = ImageFont.truetype(path, size)
        font.set_variation_by_name("Semibold")
        return font
    return ImageFont.load_default(size)
