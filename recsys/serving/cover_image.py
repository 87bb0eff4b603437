"""Turns an untrusted image into small covers of one shape."""

import io

from PIL import Image, ImageOps

from recsys.errors import RecsysError

#: Name of a size -> width and height in pixels, all 5:7. Twice as large as shown, for screens with a high resolution.
SIZES = {"large": (240, 336), "small": (90, 126)}
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 75
#: An image of another shape is cropped if at least this part of it stays, else shown whole on a plain background.
_LEAST_KEPT = 2 / 3
#: A little more is cropped below than above, where faces are.
_CENTRE = (0.5, 0.4)


class BadImageError(RecsysError):
    """Not an image in a known format, damaged, or with too many pixels."""


def encode(raw: bytes, max_pixels: int) -> dict[str, bytes]:
    """Decode a JPEG, PNG or WebP and encode it as WebP in all `SIZES`, without its metadata.

    The size is read before anything is decoded. Raises `BadImageError`.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise BadImageError(f"The image has {image.width} x {image.height} pixels.")
            image.draft("RGB", (2 * SIZES["large"][0], 2 * SIZES["large"][1]))
            picture = _flat(ImageOps.exif_transpose(image))
        return {name: _webp(picture, size) for name, size in SIZES.items()}
    except BadImageError:
        raise
    except Exception as error:  # Pillow's decoders raise errors of many types
        raise BadImageError(f"The image cannot be decoded ({error}).") from None


def _flat(image: Image.Image) -> Image.Image:
    """The image in RGB; transparent parts become white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _webp(picture: Image.Image, size: tuple[int, int]) -> bytes:
    width, height = size
    ratio = picture.width * height / (picture.height * width)
    if min(ratio, 1 / ratio) >= _LEAST_KEPT:
        small = ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=_CENTRE)
    else:
        average = picture.resize((1, 1), Image.Resampling.BOX).tobytes()
        small = ImageOps.pad(picture, size, Image.Resampling.LANCZOS, color=(average[0], average[1], average[2]))
    output = io.BytesIO()
    small.save(output, "WEBP", quality=_QUALITY)
    return output.getvalue()
