"""What is written in an address, what a visit makes of a list, and what is left of it after forgetting."""

import ast
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts import controls, resources
from pages.parts.state import VIEW_SETTINGS
from pages.parts.visit import LONGEST, PARAMETERS, Visit, decode, encode
from recsys import Profile, lists
from recsys.errors import UnknownFanError
from tests.pages.helpers import opened, report_opened

IDS = st.integers(1, 2**31 - 1)
SOME = st.frozensets(IDS, max_size=20)
RATED = "5114-9_1535-8_30276-4"


def fan(name: str) -> Profile:
    if name != "Ann":
        raise UnknownFanError(f"No fan is called {name}.")
    return Profile(scores={1: 8, 2: 3}, dropped={3}, name="Ann")


visits = st.builds(
    Visit, st.just("none"), drops_disliked=st.booleans(), rated=st.dictionaries(IDS, st.integers(1, 10).map(float)),
    seen=SOME, planned=SOME, hidden=SOME, ignored=SOME, unseen=SOME,
)  # fmt: skip


@given(visits, st.booleans())
def test_a_visit_survives_an_address(visit, of_a_fan):
    if of_a_fan:
        visit = Visit(**{**vars(visit), "source": "community", "label": "Ann", "base": fan("Ann")})
    fields, left_out = encode(visit)
    assert left_out == 0
    assert set(fields) <= set(PARAMETERS)
    assert decode(fields, fan) == (visit, [])


def test_nothing_of_an_imported_list_is_in_an_address():
    assert encode(Visit("import", "mine", Profile(scores={1: 8}), rated={5: 9.0}, seen=frozenset({7}))) == ({}, 0)


def test_old_links_are_still_read():
    visit, notes = decode({"fan": "", "r": "5114-9_1535-8.5"}, fan)
    assert (dict(visit.rated), notes) == ({5114: 9, 1535: 8.5}, [])


@given(visits, st.integers(0, 60))
def test_what_an_address_has_no_room_for_is_counted(visit, longest):
    fields, left_out = encode(visit, longest)
    assert sum(map(len, fields.values())) <= longest + len("low")
    read, notes = decode(fields, fan)
    marks = ("rated", "seen", "planned", "hidden", "ignored", "unseen")
    assert notes == []
    assert sum(len(getattr(visit, name)) - len(getattr(read, name)) for name in marks) == left_out
    assert all(getattr(visit, name).items() >= getattr(read, name).items() for name in ("rated",))


def test_a_thousand_scores_do_not_fit():
    fields, left_out = encode(Visit(rated=dict.fromkeys(range(10_000, 11_000), 7.0)))
    assert len(fields["r"]) <= LONGEST
    assert 0 < left_out < 1_000


@pytest.mark.parametrize("bad", ["5114", "5114-11", "x-5", "5114-9_", "5114-9-3", "-5", "9" * 30 + "-5", "5114-nan"])
def test_a_link_cut_short_gives_a_note(bad):
    visit, notes = decode({"r": bad, "seen": "20"}, fan)
    if bad == "5114-9_":  # cut between two entries
        assert dict(visit.rated) == {5114: 9}
        assert notes == []
        return
    assert dict(visit.rated) == {}
    assert visit.seen == {20}
    assert "link" in notes[0]


@pytest.mark.parametrize(
    ("bad", "read"),
    [
        ({"r": "5114-9_1535-99", "seen": "20_x_21"}, {"rated": {5114: 9}, "seen": {20, 21}}),
        ({"fan": "nobody", "r": "5114-9"}, {"rated": {5114: 9}}),
        ({"fan": "Ann", "ignore": "1_0"}, {"label": "Ann", "ignored": {1}}),
        ({"fan": "Ann", "drops": "maybe", "hide": "7"}, {"label": "Ann", "hidden": {7}, "drops_disliked": False}),
    ],
)
def test_the_rest_of_a_damaged_link_is_read(bad, read):
    visit, notes = decode(bad, fan)
    assert notes
    assert {name: getattr(visit, name) for name in read} == read


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text(max_size=60)))
def test_any_address_gives_a_visit(fields):
    visit, _ = decode(fields, fan)
    assert all(1 <= score <= 10 for score in visit.profile.scores.values())


class TestVisit:
    base = Profile(scores={1: 8, 2: 3}, dropped={3}, planned={4})

    def test_scores_given_on_the_page_win(self):
        assert dict(Visit(base=self.base, rated={1: 5, 9: 10}).profile.scores) == {1: 5, 2: 3, 9: 10}

    def test_an_ignored_rating_is_seen_without_a_score(self):
        fan = Visit(base=self.base, ignored=frozenset({1})).profile
        assert 1 not in fan.scores
        assert 1 in fan.begun

    def test_drops_as_dislikes(self):
        assert 3 in Visit(base=self.base, drops_disliked=True).profile.scores
        assert 3 not in Visit(base=self.base).profile.scores

    def test_planned_on_the_page_joins_the_plan(self):
        assert Visit(base=self.base, planned=frozenset({7})).profile.planned == {4, 7}


def pressed(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def searched(app):
    """The app after a search in the sidebar for a title, and the key of its score buttons."""
    app.text_input(key="title-typed").set_value("cowboy bebop").run()
    return next(group.key for group in app.segmented_control if (group.key or "").startswith("search-score-"))


def test_undo_reaches_the_score_buttons(app):
    opened(app, r=RATED)
    key = searched(app)
    for score in (9, 4):
        app.segmented_control(key=key).set_value(score).run()
    assert pressed(app, "Undo").segmented_control(key=key).value == 9
    assert pressed(app, "Undo").segmented_control(key=key).value is None
    assert not app.exception


def test_undo_reaches_the_toggle_of_drops(app):
    opened(app, Visit("import", "mine", Profile(scores={5114: 9, 1535: 8}, dropped={21})))
    app.toggle(key="drops").set_value(True).run()
    assert app.session_state["visit"].profile.scores[21] == 3
    assert pressed(app, "Undo").toggle(key="drops").value is False
    assert 21 not in app.session_state["visit"].profile.scores


def test_undo_reaches_the_community_fan(app):
    names = resources.ratings().find_names("", 2)
    opened(app, r=RATED)
    app.pills(key="way").set_value("Community").run()
    for name in names:
        app.pills(key="community").set_value(name).run()
        assert app.session_state["visit"].label == name
    assert pressed(app, "Undo").pills(key="community").value == names[0]
    assert app.session_state["visit"].label == names[0]
    assert pressed(app, "Undo").pills(key="community").value is None
    assert dict(app.session_state["visit"].rated) == {5114: 9, 1535: 8, 30276: 4}


TABLE = "title,score\nCowboy Bebop,9\nShingeki no Kyojinn,8\n20,7\n"


def test_undo_and_forget_reach_the_rows_to_confirm(app):
    table = lists.read(TABLE.encode(), resources.engine().match)
    assert table.report.titles
    opened(app, Visit("import", "fans.csv", table.profile, table=table))
    report_opened(app)
    confirm = next(button for button in app.button if button.label == "Confirm")
    confirm.click().run()
    assert "Confirm" not in [button.label for button in app.button]
    pressed(app, "Undo")
    assert "Confirm" in [button.label for button in app.button]
    pressed(app, "Forget my list")
    assert "Confirm" not in [button.label for button in app.button]


def test_an_uploaded_file_is_read_and_the_uploader_emptied(app):
    opened(app)
    app.pills(key="way").set_value("File").run()
    app.file_uploader(key="file").upload("fans.csv", TABLE.encode(), "text/csv").run()
    assert app.session_state["visit"].label == "fans.csv"
    assert app.file_uploader[0].value is None


def test_a_damaged_link_keeps_the_list_of_the_session(app):
    opened(app, r=RATED)
    app.query_params["r"] = "x"
    app.run()
    assert "cannot be read completely" in app.warning[0].value
    assert dict(app.session_state["visit"].rated) == {5114: 9, 1535: 8, 30276: 4}


def test_a_list_replaced_by_an_address_comes_back_with_undo(app):
    mine = Visit("import", "mine", Profile(scores={5114: 9, 1535: 8, 20: 3}))
    opened(app, mine)
    app.query_params["r"] = RATED
    app.run()
    assert dict(app.session_state["visit"].rated) == {5114: 9, 1535: 8, 30276: 4}
    pressed(app, "Undo")
    assert app.session_state["visit"] == mine


def test_links_to_titles_hold_what_the_visitor_has_just_done(app):
    opened(app, script="pages/titles/explore.py", r=RATED, title="5114", hide="1")
    app.segmented_control(key="title-score-5114").set_value(2).run()
    links = [parse_qs(link.proto.query_string) for link in app.get("page_link") if "title" in link.proto.query_string]
    assert links
    assert all(decode({k: v[0] for k, v in link.items()}, fan)[0] == app.session_state["visit"] for link in links)


@pytest.mark.parametrize(
    "script",
    ["for_you/recommend", "for_you/like_these", "for_you/taste", "for_you/together", "titles/explore", "titles/season"],
)
def test_forgetting_leaves_nothing_of_the_visitor(app, script):
    """Use everything that keeps something, on several pages, and forget it on `script`."""
    name = resources.ratings().find_names("", 1)[0]
    opened(app, fan=name, r="5114-9_1535-8_30276-4_16498-9_21-6_20-7", seen="269", hide="1", unseen="6",
           names="English")  # fmt: skip
    keys = [button.key for button in app.button if (button.key or "").startswith("ten-open-")]
    planned = app.session_state["visit"].profile.planned
    app.button(key=next(key for key in keys if int(key.rpartition("-")[2]) not in planned)).click().run()
    app.button(key="details-planned").click().run()
    app.text_input(key="title-typed").set_value("cowboy bebop")
    app.pills(key="way").set_value("AniList").run()
    app.text_input(key="anilist").set_value("someone_i_typed").run()
    app.switch_page("pages/titles/explore.py").run()
    app.text_input(key="q").set_value("cowboy bebop").run()
    app.switch_page("pages/titles/atlas.py").run()
    app.text_input(key="find").set_value("cowboy bebop").run()
    app.switch_page("pages/for_you/taste.py").run()
    app.query_params["g"] = ["r=5114-9_1535-3&as=Dee"]
    app.switch_page("pages/for_you/together.py").run()
    app.segmented_control(key="join").set_value("A friend's link").run()
    app.text_input(key="join-name").set_value("Someone else").run()
    app.switch_page(f"pages/{script}.py").run()
    assert not app.exception
    pressed(app, "Forget my list")
    assert not app.exception
    held = app.session_state._state.filtered_state
    assert held.pop("visit") == Visit()
    assert not any(held.pop("address").values())
    held.pop("wall-titles", None)  # what every new visitor is asked about
    held.pop("kept-session", None)  # a random number, which may hold any digits
    text = repr(list(held.values()))
    for trace in (name, "Dee", "Someone else", "someone_i_typed", "bebop", "5114", "30276", "269"):
        assert trace not in text, trace
    filled = {key for key, value in held.items() if value}
    # That what the browser keeps is to be emptied.
    assert filled - VIEW_SETTINGS <= {"inputs", "page-view", "kept-emptied"}
    assert held["kept-emptied"] == 1
    assert set(app.query_params) <= VIEW_SETTINGS


def test_every_setting_in_the_address_is_known_to_forget():
    bound = {*controls._RECOMMENDING.values(), *controls._BROWSING.values()}
    for script in (Path(__file__).parents[2] / "pages").rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.Call)]
        for arguments in ({each.arg: each.value for each in call.keywords} for call in calls):
            if "bind" in arguments and not isinstance(arguments["key"], ast.Subscript):  # the filter form's tables
                bound.add(ast.literal_eval(arguments["key"]))
    assert {"model", "names", "order"} <= bound
    assert bound <= VIEW_SETTINGS | {"q"}
