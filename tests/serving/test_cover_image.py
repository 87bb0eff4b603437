"""Covers are made from any image in a known format, and from nothing else."""

import io
import struct
import zlib

import pytest
from PIL import Image

from recsys.serving.cover_image import SIZES, BadImageError, encode
from tests.pictures import poster

MAX_PIXELS = 1_000_000


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    output = io.BytesIO()
    image.save(output, form, **options)
    return output.getvalue()


def opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(425, 640), (90, 130), (900, 300), (20, 900), (1, 1)])
def test_covers_have_one_format_and_shape(form, size):
    covers = encode(poster("a", size, form), MAX_PIXELS)
    assert {name: opened(cover).size for name, cover in covers.items()} == SIZES
    assert {opened(cover).format for cover in covers.values()} == {"WEBP"}


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "CMYK", "1", "I;16"])
def test_any_kind_of_pixels(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(encode(saved(Image.new(mode, (200, 280)), form), MAX_PIXELS)["large"]).mode == "RGB"


def test_transparent_parts_become_white():
    cover = opened(encode(saved(Image.new("RGBA", (200, 280)), "PNG"), MAX_PIXELS)["large"])
    assert min(cover.getpixel((120, 168))) > 250


def test_a_wide_image_is_shown_whole():
    """A red half and a blue half: cropping to the middle would leave little of both corners."""
    wide = Image.new("RGB", (800, 400), "red")
    wide.paste("blue", (400, 0, 800, 400))
    cover = opened(encode(saved(wide, "PNG"), MAX_PIXELS)["large"]).convert("RGB")
    left, right = cover.getpixel((4, 168)), cover.getpixel((235, 168))
    assert left[0] > 200 > left[2]
    assert right[2] > 200 > right[0]
    top = cover.getpixel((120, 5))
    assert min(top[0], top[2]) > 90  # the average of both


def test_nothing_of_the_original_file_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    raw = saved(Image.new("RGB", (200, 280)), "JPEG", exif=exif)
    assert b"secret" in raw
    assert not any(b"secret" in cover for cover in encode(raw, MAX_PIXELS).values())


def test_an_image_lying_on_its_side_is_turned():
    turned = Image.new("RGB", (280, 200), "red")
    turned.paste("blue", (140, 0, 280, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # the top is on the right
    cover = opened(encode(saved(turned, "JPEG", exif=exif), MAX_PIXELS)["large"]).convert("RGB")
    assert cover.getpixel((120, 20))[0] > 200
    assert cover.getpixel((120, 315))[2] > 200


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it has this many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_the_limit_on_pixels():
    assert encode(saved(Image.new("RGB", (1000, 1000)), "PNG"), MAX_PIXELS)
    with pytest.raises(BadImageError, match="1001 x 1000 pixels"):
        encode(saved(Image.new("RGB", (1001, 1000)), "PNG"), MAX_PIXELS)


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_an_image_with_too_many_pixels_is_refused_before_it_is_decoded(size):
    with pytest.raises(BadImageError, match=r"pixels|decoded"):
        encode(bomb(*size), MAX_PIXELS)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_image_is_refused(form):
    raw = poster("a", form=form)
    with pytest.raises(BadImageError):
        encode(raw[: len(raw) // 2], MAX_PIXELS)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Not here</html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        saved(Image.new("RGB", (20, 28)), "GIF"),
        saved(Image.new("RGB", (20, 28)), "TIFF"),
        saved(Image.new("RGB", (20, 28)), "BMP"),
    ],
)
def test_other_files_are_refused(raw):
    with pytest.raises(BadImageError):
        encode(raw, MAX_PIXELS)
