"""The theme: its options exist in Streamlit, and its contrasts meet WCAG 2.2 AA."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from streamlit import config

ROOT = Path(__file__).parent.parent
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MODES = ("light", "dark")
TEXT = 4.5  # WCAG 1.4.3: text
GRAPHIC = 3.0  # WCAG 1.4.11: parts of charts and of widgets
WHITE = "#ffffff"
COLORS = ("red", "orange", "yellow", "green", "blue", "violet", "gray")


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0..1 (WCAG 2.2, "relative luminance")."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1..21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(front: str, back: str, share: float) -> str:
    """The color of `front` over `back` with opacity `share`."""
    pairs = [(int(front[i : i + 2], 16), int(back[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(share * f + (1 - share) * b):02x}" for f, b in pairs)


def backgrounds(mode: str) -> set[str]:
    """All backgrounds of text."""
    theme = CONFIG["theme"][mode]
    keys = ("backgroundColor", "secondaryBackgroundColor")
    return {area[key] for area in (theme, theme["sidebar"]) for key in keys}


def options(section: str, table: dict) -> list[str]:
    names = []
    for key, value in table.items():
        name = f"{section}.{key}"
        names += options(name, value) if isinstance(value, dict) else [name]
    return names


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", [name for section, table in CONFIG.items() for name in options(section, table)])
def test_streamlit_knows_the_option(name: str) -> None:
    assert name in config._config_options_template


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable_on_every_background(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    names = ["textColor", "linkColor", *(f"{color}TextColor" for color in COLORS)]
    low = {
        (name, background): contrast(theme[name], background)
        for name in names
        for background in backgrounds(mode)
        if contrast(theme[name], background) < TEXT
    }
    assert not low


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("front", "back"),
    [(f"{color}TextColor", f"{color}BackgroundColor") for color in COLORS]
    + [("textColor", f"{color}BackgroundColor") for color in COLORS]
    + [("codeTextColor", "codeBackgroundColor"), ("dataframeHeaderTextColor", "dataframeHeaderBackgroundColor")],
)
def test_text_is_readable_on_its_own_background(mode: str, front: str, back: str) -> None:
    theme = CONFIG["theme"][mode]
    assert contrast(theme[front], theme[back]) >= TEXT


@pytest.mark.parametrize("mode", MODES)
def test_accent_is_readable_as_text_and_under_white_check_marks(mode: str) -> None:
    """Selected pills, tabs and slider values have the accent color, pills on 10% of it; check marks are white on it."""
    primary = CONFIG["theme"][mode]["primaryColor"]
    for background in backgrounds(mode):
        assert contrast(primary, background) >= TEXT
        assert contrast(primary, mix(primary, background, 0.1)) >= TEXT
    assert contrast(primary, WHITE) >= GRAPHIC


def test_no_button_writes_white_text_on_the_accent() -> None:
    """Streamlit's primary buttons have white text: no accent for dark mode is readable under white and on the page."""
    sources = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]
    assert [
        path.name for path in sources if path.exists() and re.search(r"type=.primary", path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("mode", MODES)
def test_chart_colours_contrast_with_the_background_and_differ(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    colors = theme["chartCategoricalColors"]
    assert len(set(colors)) == len(colors) >= 6
    assert [c for c in colors if min(contrast(c, background) for background in backgrounds(mode)) < GRAPHIC] == []


@pytest.mark.parametrize("mode", MODES)
def test_scales_are_monotone(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    sequential = [luminance(c) for c in theme["chartSequentialColors"]]
    diverging = [luminance(c) for c in theme["chartDivergingColors"]]
    away = sorted(sequential, reverse=mode == "light")  # more is further from the background
    assert sequential == away
    assert len(sequential) == len(diverging) == 10
    lower, upper = diverging[:5], diverging[5:]
    sign = 1 if mode == "light" else -1
    assert all(sign * (b - a) > 0 for a, b in pairwise(lower))
    assert all(sign * (b - a) < 0 for a, b in pairwise(upper))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("palette", ["chartCategoricalColors", "chartSequentialColors", "chartDivergingColors"])
def test_chart_palettes_have_the_ten_colours_that_plotly_needs(mode, palette):
    colors = CONFIG["theme"][mode][palette]
    assert len(colors) == len(set(colors)) == 10


def test_garbage_of_all_visitors_is_not_collected_after_each_rerun():
    """See docs/decisions/0010."""
    assert CONFIG["runner"]["postScriptGC"] is False
    assert config.get_option("runner.postScriptGC") is False
