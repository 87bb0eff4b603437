"""Pictures drawn by the tests, which look a little like posters, and a server that gives one for every address."""

import colorsys
import hashlib
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageDraw

from tests.lists import local_site

#: Sizes of the posters of MyAnimeList, AniList and Kitsu.
POSTERS = ((425, 600), (425, 640), (460, 650), (550, 780))


def poster(seed: str, size: tuple[int, int] | None = None, form: str = "JPEG") -> bytes:
    """A sky with a sun, hills and a figure in front; always the same for a seed."""
    chance = random.Random(hashlib.sha256(seed.encode()).hexdigest())
    width, height = size or chance.choice(POSTERS)
    hue = chance.random()

    def colour(turn: float, light: float, strong: float) -> tuple[int, int, int]:
        red, green, blue = colorsys.hls_to_rgb((hue + turn) % 1, light, strong)
        return round(red * 255), round(green * 255), round(blue * 255)

    height_share = Image.linear_gradient("L").resize((width, height))
    top, bottom = (Image.new("RGB", (width, height), colour(*each)) for each in ((0, 0.35, 0.6), (0.1, 0.75, 0.8)))
    picture = Image.composite(bottom, top, height_share)
    draw = ImageDraw.Draw(picture)
    draw.circle((chance.uniform(0.2, 0.8) * width, 0.25 * height), 0.16 * width, colour(0.5, 0.85, 0.9))
    for step in range(3):
        base = height * (0.55 + 0.13 * step)
        hills = [(x * width / 8, base - chance.uniform(0, 0.15) * height) for x in range(9)]
        draw.polygon([(0, height), *hills, (width, height)], colour(0.3 + 0.08 * step, 0.45 - 0.12 * step, 0.5))
    middle = chance.uniform(0.35, 0.65) * width
    draw.polygon(
        [(middle, 0.45 * height), (middle - 0.2 * width, height), (middle + 0.2 * width, height)], colour(0.6, 0.2, 0.7)
    )
    draw.circle((middle, 0.42 * height), 0.1 * width, colour(0.05, 0.8, 0.6))
    draw.rectangle((0.06 * width, 0.9 * height, 0.94 * width, 0.96 * height), colour(0.5, 0.95, 0.9))
    output = io.BytesIO()
    picture.save(output, form)
    return output.getvalue()


@contextmanager
def image_site() -> Iterator[local_site.LocalSite]:
    """A local server that draws a poster for every address."""
    with local_site.running() as site:
        site.answer = lambda request: local_site.Reply(poster(request.path))
        yield site
