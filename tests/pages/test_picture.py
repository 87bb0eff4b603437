"""The picture of the ten titles."""

import io

import pytest
from PIL import Image, ImageFont

from pages.for_you import picture
from recsys import Pick, Title

PICKS = [Pick(anime_id, f"Title {anime_id}", 8.0 + anime_id / 20, 7.0, 9.0, 1.0) for anime_id in range(1, 11)]
TITLES = [Title(pick.anime_id, pick.title, genres=("Drama",)) for pick in PICKS]


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


@pytest.mark.parametrize("n", [1, 7, 10])
def test_it_has_a_tile_for_each_title(n):
    image = opened(picture.png(PICKS[:n], TITLES[:n], "Ten anime for Ann"))
    assert (image.format, image.size) == ("PNG", (picture.WIDTH, picture.HEIGHT))
    pictures = {opened(picture.png(PICKS[:m], TITLES[:m], "Ten anime for Ann")).tobytes() for m in (n, n - 1)}
    assert len(pictures) == 2


def test_scores_names_and_heading_are_in_it():
    usual = picture.png(PICKS, TITLES, "Ten anime for Ann")
    others = [
        picture.png([Pick(1, "Title 1", 3.3, 2, 5, 1.0), *PICKS[1:]], TITLES, "Ten anime for Ann"),
        picture.png(PICKS, [Title(1, "Another", genres=("Drama",)), *TITLES[1:]], "Ten anime for Ann"),
        picture.png(PICKS, TITLES, "Ten anime for Bob"),
    ]
    assert usual not in others


@pytest.mark.parametrize("name", ["", "x" * 500, "名前", "\u202eright to left", "a\nb\x00c"])
def test_any_name_can_be_drawn(name):
    assert opened(picture.png(PICKS[:1], [Title(1, name)], name)).size == (picture.WIDTH, picture.HEIGHT)


def test_without_the_fonts_of_streamlit_another_is_used(monkeypatch, tmp_path):
    monkeypatch.setattr(picture, "_FONTS", tmp_path)
    assert isinstance(picture._font.__wrapped__("sans", 20), ImageFont.FreeTypeFont)
    picture._font.cache_clear()
    try:
        assert opened(picture.png(PICKS, TITLES, "Ten anime")).format == "PNG"
    finally:
        picture._font.cache_clear()
