"""Lists as people keep them, read with the shipped catalogue: the right title and score, or a question."""

import json

import pytest

import recsys

DEATH_NOTE, MONSTER, BEBOP, AKIRA, ONE_PIECE, NARUTO, BLEACH = 1535, 19, 1, 47, 21, 20, 269


@pytest.fixture(scope="module")
def engine(shipped_engine: recsys.Engine) -> recsys.Engine:
    return shipped_engine


def read(engine: recsys.Engine, text: str) -> recsys.lists.Import:
    return recsys.lists.read(text.encode(), engine.match)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("anime_name,rating\nDeath Note,8.69\nMonster,9.52\n", 8.69),
        ("sep=;\nTitle;Score\nDeath Note;8\n", 8),
        ("Title,My Rating\nDeath Note,8\n", 8),
        ("Anime Name,Score (out of 10)\nDeath Note,8\n", 8),
        ("Title|Score\nDeath Note|8\n", 8),
        ("title,rating,score\nDeath Note,R - 17+,8\n", 8),
        ("My anime list 2026,,\nTitle,Score,Status\nDeath Note,8,Completed\n", 8),
    ],
)
def test_headings_of_many_kinds(engine, text, score):
    found = read(engine, text)
    assert found.profile.scores[DEATH_NOTE] == pytest.approx(score)
    assert not found.report.titles


def test_a_row_number_is_no_anime_id(engine):
    found = read(engine, "ID,Title,Score\n1,Naruto,8\n2,Death Note,9\n3,One Piece,7\n4,Bleach,6\n5,Monster,10\n")
    assert found.profile.scores == {NARUTO: 8, DEATH_NOTE: 9, ONE_PIECE: 7, BLEACH: 6, MONSTER: 10}


def test_spellings_of_a_score(engine):
    rows = "Death Note,8/10\nMonster,★★★★★\nCowboy Bebop,N/A\nAkira,90%\nOne Piece,NULL\nNaruto,7\n"
    fan = read(engine, f"Title,Score\n{rows}").profile
    assert fan.scores == {DEATH_NOTE: 8, MONSTER: 10, AKIRA: 9, NARUTO: 7}
    assert fan.begun == {DEATH_NOTE, MONSTER, BEBOP, AKIRA, ONE_PIECE, NARUTO}


def test_words_for_statuses(engine):
    rows = "Death Note,8,Done\nMonster,9,Complete\nAkira,7,Terminé\n"
    rows += "One Piece,,In progress\nBleach,,To watch\nNaruto,,PTW\n"
    fan = read(engine, f"Title,Score,Status\n{rows}").profile
    assert fan.scores == {DEATH_NOTE: 8, MONSTER: 9, AKIRA: 7}
    assert fan.completed == {DEATH_NOTE, MONSTER, AKIRA}
    assert (fan.watching, fan.planned) == ({ONE_PIECE}, {BLEACH, NARUTO})


def test_a_scale_of_twenty(engine):
    found = read(engine, "Title;Score\nDeath Note;16\nMonster;18\nCowboy Bebop;17,5\nOne Piece;12\nAkira;19\n")
    assert found.profile.scores == {DEATH_NOTE: 8, MONSTER: 9, BEBOP: 8.75, ONE_PIECE: 6, AKIRA: 9.5}


def test_a_series_outranks_a_special_of_its_name(engine):
    wanted = {
        "Youkoso Jitsuryoku Shijou Shugi no Kyoushitsu e": 35507, "Kakushigoto": 40716, "Hataraku Saibou Black": 41694,
        "Karakuri Circus": 37447, "Acchi Kocchi": 12291,
    }  # fmt: skip
    found = read(engine, "title,score\n" + "".join(f"{name},8\n" for name in wanted))
    asked = {question.text: [one[0] for one in question.candidates] for question in found.report.titles}
    for name, anime_id in wanted.items():
        assert anime_id in found.profile.scores or asked[name][0] == anime_id, name
    assert found.profile.scores.keys() <= set(wanted.values())


def test_no_adult_title_is_offered_or_taken(engine):
    names = ["Boarding Schol Juliett", "Kiss Him Not Me", "The Hidden Dungeon Only I can Enter", "Heavenly Delusion"]
    found = read(engine, "title,score\n" + "".join(f"{name},8\n" for name in names))
    offered = {one[0] for question in found.report.titles for one in question.candidates} | found.profile.begun
    assert offered
    assert not [i for i in offered if "Hentai" in engine.title(i).genres]


def test_the_download_of_anilist(engine):
    lists = [
        {"series_type": 0, "series_id": 1535, "status": 2, "score": 95},
        {"series_type": 0, "series_id": 101922, "status": 0, "score": 0},
        {"series_type": 1, "series_id": 30013, "status": 1, "score": 80},
    ]
    text = json.dumps({"user": {"id": 1, "display_name": "MadeUp", "score_type": 4}, "lists": lists})
    fan = read(engine, text).profile
    assert fan.scores == {DEATH_NOTE: 9.5}
    assert fan.completed == {DEATH_NOTE}
    assert fan.watching == {38000}
