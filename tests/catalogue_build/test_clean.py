"""Raw values become clean ones, once and here."""

from datetime import UTC, date, datetime

import pytest

from recsys.catalogue_build import clean
from recsys.settings import COVER_HOSTS


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Kaguya-sama wa Kokurasetai?&amp;#39;", "Kaguya-sama wa Kokurasetai?'"),
        ("Gintama&#039;", "Gintama'"),
        ("Yuri!!! &amp; Ice", "Yuri!!! & Ice"),
        ("  two\t spaces\r\n", "two spaces"),
        ("bell\x07 and \u202eturned", "bell and turned"),
        ("AT&T", "AT&T"),
        *((unknown, None) for unknown in ("", "Unknown", "unknown", "NaN", "None", "-" * 0, "?", None)),
    ],
)
def test_text(raw, expected):
    assert clean.text(raw) == expected


def test_text_is_bounded():
    assert len(clean.text("x" * 10_000) or "") == clean.MAX_TEXT


def test_texts_keep_order_and_drop_repetitions_and_unknown():
    assert clean.texts("Drama, Action, Drama, , Unknown") == ("Drama", "Action")
    assert clean.texts(None) == ()


@pytest.mark.parametrize("absurd", ["0", "-1", "1000000", "1e12", "12.5", "twelve", "", None, "nan", "inf"])
def test_absurd_episodes_are_unknown(absurd):
    assert clean.episodes(absurd) is None


@pytest.mark.parametrize("absurd", ["0", "0.0", "-1", "11", "Unknown", "nan", ""])
def test_absurd_mean_scores_are_unknown(absurd):
    assert clean.mean_score(absurd) is None


@pytest.mark.parametrize("absurd", ["1800", "9999", "0", "-2000", "MMXX", None])
def test_absurd_years_are_unknown(absurd):
    assert clean.year(absurd) is None


@pytest.mark.parametrize("absurd", ["0", "-5", "2147483648", "1000000000000", "1.5", "abc", ""])
def test_absurd_ids_are_none(absurd):
    assert clean.anime_id(absurd) is None


def test_numbers_as_pandas_writes_them():
    assert clean.anime_id("5114.0") == 5114
    assert clean.episodes("64.0") == 64
    assert clean.year("2009.0") == 2009
    assert clean.members("Unknown") == 0


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("24 min. per ep.", 24), ("1 hr. 52 min.", 112), ("30 sec. per ep.", 0.5), ("24.0", 24), ("Unknown", None)],
)
def test_minutes(raw, expected):
    assert clean.minutes(raw) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("genres", "rating", "expected"),
    [
        (("Hentai",), None, True),
        (("Comedy", "Erotica"), None, True),
        (("Action",), "Rx - Hentai", True),
        (("Ecchi",), "R+ - Mild Nudity", False),
        ((), None, False),
    ],
)
def test_adult(genres, rating, expected):
    assert clean.is_adult(genres, rating) is expected


@pytest.mark.parametrize("hostile", ["javascript:alert(1)", "http://a b", "data:text/html,x", "https://x'onload='", ""])
def test_only_web_addresses_are_links(hostile):
    assert clean.url(hostile) is None


def test_a_title_begins_by_the_calendar_of_japan():
    day = clean.day_in_japan(datetime(2012, 12, 31, 16, 0, tzinfo=UTC))
    assert day == date(2013, 1, 1)
    assert clean.year_and_season(day) == (2013, "Winter")
    assert clean.year_and_season(date(2013, 4, 6)) == (2013, "Spring")


@pytest.mark.parametrize("absurd", ["1899-01-01", "2999-01-01", "2013-02-30", "2013", "yesterday", "", None])
def test_absurd_dates_are_unknown(absurd):
    assert clean.date(absurd) is None


@pytest.mark.parametrize("host", sorted(COVER_HOSTS))
def test_covers_come_from_known_hosts_over_https(host):
    assert clean.cover(f"https://{host}/a.jpg") == f"https://{host}/a.jpg"
    assert clean.cover(f"http://{host}/a.jpg") is None
    assert clean.cover(f"https://{host}.example/a.jpg") is None
    assert clean.cover(f"https://example.org/{host}/a.jpg") is None
    assert clean.cover(f"https://user@{host}/a.jpg") is None
    assert clean.cover(f"https://{host}:8080/a.jpg") is None


def test_words_outside_the_known_ones_are_unknown():
    assert (clean.season("SPRING"), clean.season("Monsoon")) == ("Spring", None)
    assert (clean.status("finished airing"), clean.status("Lost")) == ("Finished Airing", None)
    assert (clean.age_rating("PG - Children"), clean.age_rating("X")) == ("PG - Children", None)
    assert (clean.month("2026-08"), clean.month("2026-13"), clean.month("soon")) == ("2026-08", "", "")


def test_types_are_those_of_myanimelist():
    assert [clean.kind_of_release(t) for t in ("tv", "Movie", "TV Special", "Unknown", None)] == [
        "TV",
        "Movie",
        "Special",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("stated", "begin", "expected"),
    [
        ((2026, "summer"), date(2026, 7, 7), (2026, "Summer")),
        ((2026, "summer"), date(2026, 10, 1), (2026, "Fall")),
        ((2026, "summer"), date(2026, 11, 7), (2026, "Fall")),
        ((2026, "winter"), date(2025, 12, 28), (2026, "Winter")),
        ((2026, "fall"), date(2026, 1, 1), (2026, "Fall")),
        ((None, None), date(2026, 4, 4), (2026, "Spring")),
        ((2026, "spring"), None, (2026, "Spring")),
        ((2025, "fall"), date(2026, 1, 20), (2026, "Winter")),
        ((2025, "fall"), date(2025, 8, 20), (2025, "Summer")),
    ],
)
def test_a_first_day_far_from_the_stated_season_corrects_it(stated, begin, expected):
    assert clean.premiere(*stated, begin) == expected


@pytest.mark.parametrize(
    ("name", "kept"), [("T・P BON", True), ("Café Ω", True), ("世界名作", False), ("ハロー Kitty", False)]
)
def test_an_english_name_has_no_letters_of_chinese_japanese_or_korean(name, kept):
    assert clean.latin(name) == (name if kept else None)
