"""What a name says of season, part and kind, in the spellings that occur."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.catalogue_build.franchise_names import parse, weight


@pytest.mark.parametrize(
    ("name", "words", "season", "part"),
    [
        ("Shingeki no Kyojin Season 3 Part 2", "shingeki no kyojin", 3, 2),
        ("Mushishi Zoku Shou 2nd Season", "mushishi zoku shou", 2, None),
        ("Overlord II", "overlord", 2, None),
        ("Chihayafuru 2", "chihayafuru", 2, None),
        ("Major S3", "major", 3, None),
        ("Initial D Fourth Stage", "initial d", 4, None),
        ("Natsume Yuujinchou San", "natsume yuujinchou", 3, None),
        ("Baka to Test to Shoukanjuu Ni!: Omake", "baka to test to shoukanjuu", 2, None),
        ("The iDOLM@STER Cinderella Girls 2nd Season", "idolmaster cinderella girls", 2, None),
        ("僕のヒーローアカデミア(第4期)", "僕 の ヒーローアカデミア", 4, None),
        ("デート・ア・ライブⅤ", "デート ア ライブ", 5, None),
        ("オーバーロードⅣ", "オーバーロード", 4, None),
        ("機動戦士ガンダム00 セカンドシーズン", "機動戦士 ガンダム 00", 2, None),
        ("Spy x Family Part 2", "spy x family", None, 2),
        ("Ranma ½", "ranma half", None, None),
        ("Hikaru no Go", "hikaru no go", None, None),
        ("Higurashi no Naku Koro ni", "higurashi no naku koro ni", None, None),
        ("86", "86", None, None),
        ("Mobile Suit Gundam 00", "mobile suit gundam 00", None, None),
        ("Mob Psycho 100", "mob psycho 100", None, None),
    ],
)
def test_seasons_and_parts(name, words, season, part):
    parsed = parse(name)
    assert (" ".join(parsed.words), parsed.season, parsed.part) == (words, season, part)


def test_a_final_season_comes_after_any_number():
    assert (parse("Shingeki no Kyojin: The Final Season").season or 0) > (parse("One Piece Season 20").season or 0)


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Naruto: Shippuuden Movie 4 - The Lost Tower", "film"),
        ("劇場版 銀魂 完結篇", "film"),
        ("Haikyuu!! (OVA)", "ova"),
        ("High School DxD Specials", "special"),
        ("Berserk Recap", "recap"),
        ("総集編 ガールズバンドクライ", "recap"),
        ("Kuroko no Basket Picture Drama", "special"),
        ("Free! Manner Movie", "promo"),
    ],
)
def test_kinds_of_release(name, mark):
    assert mark in parse(name).marks


def test_a_word_within_a_word_is_no_mark():
    assert not parse("Casanova Specialist Moviegoer").marks


def test_a_year_is_taken_out():
    parsed = parse("Hunter x Hunter (2011)")
    assert (parsed.words, parsed.year) == (("hunter", "x", "hunter"), 2011)
    parsed = parse("Yuusha Ou (2005) 2nd Season")
    assert (parsed.words, parsed.year, parsed.season) == (("yuusha", "ou"), 2005, 2)


def test_a_second_number_is_kept_apart():
    parsed = parse("Yuusha Ou 3: Hoshi 2nd Season")
    assert (parsed.words, parsed.series, parsed.season) == (("yuusha", "ou", "hoshi"), 3, 2)


@pytest.mark.parametrize(
    ("name", "cuts"),
    [
        ("Sword Art Online: Alicization - War of Underworld", (3, 4, 7)),
        ("Fate/Zero", (1, 2)),
        ("進撃の巨人 ロストガールズ", (3, 4)),
        ("K-On!", (2,)),
    ],
)
def test_a_subtitle_may_begin_at_a_separator(name, cuts):
    assert parse(name).cuts == cuts


def test_a_numeral_before_a_subtitle_numbers_a_series():
    parsed = parse("Kara no Kyoukai 3: Tsuukaku Zanryuu")
    assert (parsed.words[: parsed.numbered], parsed.season) == (("kara", "no", "kyoukai"), 3)


def test_a_japanese_character_weighs_more_than_a_letter():
    assert weight(("進撃",)) > weight(("ab",))


@given(st.text(max_size=80))
def test_any_text_is_read(text):
    parsed = parse(text)
    assert parsed.cuts == tuple(sorted(set(parsed.cuts)))
    assert not parsed.words or parsed.cuts[-1] == len(parsed.words)
