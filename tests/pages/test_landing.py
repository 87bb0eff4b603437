"""The first page, for a visitor without a list."""

import json

import pytest

from pages.for_you import landing, rating_wall
from pages.parts import rate_card, resources
from pages.parts.state import Visit
from recsys import Profile
from tests.pages.helpers import opened, report_opened


def cards(app) -> list[dict]:
    """What the cards to rate show."""
    found = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == "rate_card"]


def test_it_names_the_app_and_offers_a_username_a_file_and_titles_to_rate(app):
    opened(app)
    assert app.title[0].value == "Anime Alchemy"
    assert app.text_input(key="bring-anilist").label == "AniList username"
    assert app.file_uploader(key="bring-file")
    assert len(cards(app)) == rating_wall._TILES
    assert all(card["given"] is None and card["unseen"] for card in cards(app))


def test_other_titles_stay_in_place_when_one_is_answered(app):
    opened(app)
    before = [card["id"] for card in cards(app)]
    app.session_state["visit"] = Visit(rated={before[4]: 8}, unseen=frozenset({before[0]}))
    app.run()
    after = [card["id"] for card in cards(app)]
    assert len(set(after)) == len(before)
    assert not {before[0], before[4]} & set(after)
    assert [after[i] for i in range(len(before)) if i not in (0, 4)] == before[1:4] + before[5:]


def test_the_wall_never_asks_about_two_titles_of_one_series(app):
    opened(app)
    engine = resources.engine()
    for _ in range(4):
        shown = [card["id"] for card in cards(app)]
        assert len({engine.title(anime_id).franchise_id for anime_id in shown}) == len(shown)
        visit = app.session_state["visit"]
        app.session_state["visit"] = Visit(unseen=visit.unseen | {shown[1], shown[3]})
        app.run()


def test_progress_says_how_many_titles_are_missing(app):
    opened(app, r="5114-9")
    assert [element.proto.text for element in app.get("progress")] == ["2 more"]


def test_a_search_shows_its_titles_to_rate_with_their_scores(app):
    opened(app, r="1-9")
    app.text_input(key="wall-find").set_value("cowboy bebop").run()
    found = cards(app)
    assert (found[0]["id"], found[0]["given"], found[0]["unseen"]) == (1, 9, False)
    app.text_input(key="wall-find").set_value("☂☂☂☂☂☂").run()
    assert cards(app) == []
    assert any("No title has a name like that" in caption.value for caption in app.caption)


def test_a_sample_fan_is_one_click_away(app):
    opened(app)
    next(button for button in app.button if button.label == "Try it with a sample fan").click().run()
    assert not app.exception
    visit = app.session_state["visit"]
    assert visit.source == "community"
    assert len(visit.profile.scores) >= landing._SCORES
    assert app.title[0].value == "Recommended for you"


def test_a_file_dropped_on_the_first_page_is_read_and_its_questions_are_there(app):
    opened(app)
    app.file_uploader(key="bring-file").upload("fans.csv", b"title,score\nCowboy Bebop,9\nMonsterr,7\n", "text/csv")
    app.run()
    assert app.session_state["visit"].label == "fans.csv"
    assert any(box.label.endswith(": 1 title to confirm") for box in app.expander)
    assert app.title[0].value == "Recommended for you"
    report_opened(app)
    assert any(box.label == "Monsterr" for box in app.selectbox)


def test_a_file_that_is_no_list_says_what_to_do_and_changes_nothing(app):
    opened(app)
    app.file_uploader(key="bring-file").upload("photo.csv", b"\x00\x01\x02" * 100, "text/csv")
    app.run()
    assert "not a list" in app.error[0].value
    assert app.session_state["visit"] == Visit()


def test_a_list_of_which_nothing_is_certain_is_asked_about(app):
    from recsys import lists

    table = lists.read(b"title,score\nMonsterr,7\n", resources.engine().match)
    assert table.profile.is_empty
    opened(app, Visit("import", "fans.csv", table.profile, table=table))
    assert app.title[0].value == "Anime Alchemy"
    assert any(box.label == "Monsterr" for box in app.selectbox)


@pytest.mark.parametrize("name", ["MAL_CLIENT_ID", ""])
def test_myanimelist_by_username_needs_a_client_id(app, monkeypatch, name):
    monkeypatch.delenv("MAL_CLIENT_ID", raising=False)
    if name:
        monkeypatch.setenv(name, "made-up")
    opened(app)
    app.segmented_control(key="site").set_value("MyAnimeList").run()
    assert bool(name) == any(field.key == "bring-mal_api" for field in app.text_input)
    assert bool(name) != any("cannot read MyAnimeList by username" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({"title": 5, "score": 8}, [(5, 8)]),
        ({"title": 5, "score": None}, [(5, None)]),
        ({"title": 5, "score": 0}, [(5, 0)]),
        ({"title": 5, "score": 11}, []),
        ({"title": 5, "score": "8"}, []),
        ({"title": True, "score": 8}, []),
        ({"title": "5", "score": 8}, []),
        (["5", 8], []),
        (None, []),
    ],
)
def test_a_card_hears_only_what_it_can_have_said(said, heard):
    answers: list[tuple[int, int | None]] = []
    rate_card._answered(said, lambda *answer: answers.append(answer))
    assert answers == heard


def test_whose_list_is_enough():
    three = {1: 9.0, 2: 8.0, 3: 7.0}
    assert Visit(rated=three).has_list
    assert not Visit(rated={1: 9.0}, seen=frozenset({2})).has_list
    assert Visit("import", "mine", Profile(seen={1})).has_list
    assert not Visit("import", "mine").has_list
