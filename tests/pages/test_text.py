"""Text from data stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.text import count, link, plain, shorten


@pytest.mark.parametrize(
    "hostile",
    ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![](http://a/b)", "# head", "$x$", "**b**", "`c`"],
)
def test_no_markup_is_left_unescaped(hostile):
    shown = plain(hostile)
    for index, character in enumerate(shown):
        if not character.isalnum() and character.isascii() and character not in " \\":
            assert shown[index - 1] == "\\"


@pytest.mark.parametrize("late", [":smile:", ":material/home:", "http://a.example/b", "www.example.org", "a@b.example"])
def test_what_is_recognised_after_parsing_is_broken_up(late):
    assert "\u2060" in plain(late)


@pytest.mark.parametrize(
    "url", ["https://a.example/>) [x](javascript:alert(1))", "https://a.example/\n# b", "https://a.example/<c d"]
)
def test_an_address_cannot_leave_its_link(url):
    inside = link("[a](b)", url).rpartition("(<")[2]
    assert inside.endswith(">)")
    assert not set("<>\n ") & set(inside[:-2])


def test_a_usual_address_is_not_changed():
    url = "https://site.example/show/12?id=3&x=a%20b#top"
    assert link("Site", url) == f"[Site](<{url}>)"


def test_shorten():
    assert shorten("x" * 300) == "x" * 119 + "…"
    assert shorten("a\nb\t c") == "a b c"
    assert shorten("\u202eevil\u202c") == "evil"
    assert shorten("家族👨‍👩‍👧") == "家族👨‍👩‍👧"


@given(st.text(max_size=400))
def test_any_text_is_one_short_line(text):
    assert len(shorten(text)) <= 120
    assert "\n" not in plain(text)
    plain(text).encode()


def test_count():
    assert [count(0, "title"), count(1, "title"), count(2000, "title"), count(2, "entry", "entries")] == [
        "0 titles",
        "1 title",
        "2,000 titles",
        "2 entries",
    ]
