"""The Together page on the shipped artifacts, without a browser."""

import functools
import re
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.for_you import group_lists
from pages.for_you.group_lists import Member
from pages.parts import resources
from pages.parts.state import Visit
from pages.parts.text import plain
from recsys import Filters, Profile, RecsysError
from recsys.serving import group
from recsys.serving.group import MAX_FANS
from tests.pages.helpers import opened, texts

PAGE = "pages/for_you/together.py"
ANN, BOB = "r=5114-9_1535-8_30276-4&as=Ann", "r=5114-3_1535-9_21-8&as=Bob"
SHARE = re.compile(r"^(\S+) \*\*(\d+\.\d)\*\*")
run = functools.partial(opened, script=PAGE)


def spec(fan: str = "", rated: dict[int, float] | None = None, label: str = "Friend", **marks) -> str:
    base = resources.ratings().profile(fan) if fan else Profile()
    visit = Visit("community" if fan else "none", fan, base, rated=rated or {}, **marks)
    return Member(fan or label, visit).spec


def shares(app) -> list[tuple[str, float]]:
    """Who is predicted what, in the order of the page."""
    return [(found[1], float(found[2])) for e in app.markdown if (found := SHARE.match(e.value))]


def labels(app) -> list[str]:
    return [member.label for member in app.session_state["group"]]


def test_nobody_yet(app):
    run(app)
    assert "A group needs 2 to 5 lists" in app.info[0].value
    assert shares(app) == []


def test_one_list_waits_for_another(app):
    run(app, r="5114-9_1535-8")
    assert "A group needs 2 to 5 lists" in app.info[0].value


def test_two_lists_from_an_address_and_the_address_stays(app):
    run(app, g=[ANN, BOB])
    assert labels(app) == ["Ann", "Bob"]
    assert [who for who, _ in shares(app)] == ["Ann", "Bob"] * 10
    assert all(1 <= score <= 10 for _, score in shares(app))
    assert app.query_params["g"] == [ANN, BOB]
    assert "2 common titles, but 8 are needed" in texts(app)


def test_the_visitors_own_list_comes_first(app):
    run(app, r="5114-9_1535-8_20-3", g=[ANN])
    assert [who for who, _ in shares(app)][:2] == ["You", "Ann"]


@pytest.mark.parametrize("fair", ["Average", "Least misery", "Nobody below"])
def test_fairness_in_the_address_holds(app, fair):
    run(app, g=[ANN, BOB], fair=fair, floor="7.5", model="SVD")
    assert len(shares(app)) == 20
    if fair == "Nobody below":
        assert min(score for _, score in shares(app)) >= 7.45  # shown to one decimal


def test_a_floor_that_nothing_reaches_says_who_is_hardest_to_please(app):
    run(app, g=[ANN, BOB], fair="Nobody below", floor="10.0", model="SVD")
    assert re.search(r"list with the fewest is (Ann|Bob)", app.info[0].value)


def test_community_fans_join_by_type_ahead_until_the_group_is_full(app):
    names = resources.ratings().find_names("", MAX_FANS + 1)
    run(app, g=[spec(fan=name) for name in names[: MAX_FANS - 1]])
    app.pills(key="join-fans").set_value(names[MAX_FANS]).run()
    assert not app.exception
    assert labels(app) == [*names[: MAX_FANS - 1], names[MAX_FANS]]
    assert not any(pills.key == "join-fans" for pills in app.pills)  # full: nobody else can be added
    assert len(app.query_params["g"]) == MAX_FANS


def test_a_fan_is_not_added_twice(app):
    name = resources.ratings().find_names("", 1)[0]
    run(app, g=[spec(fan=name)])
    app.pills(key="join-fans").set_value(name).run()
    assert "already in the group" in app.error[0].value


def test_a_friends_link(app):
    run(app, g=[ANN])
    app.segmented_control(key="join").set_value("A friend's link").run()
    app.text_input(key="join-link").input("https://anime.example/?model=SVD&r=5114-3_1535-9")
    app.text_input(key="join-name").input("Cy")
    next(button for button in app.button if button.label == "Add").click().run()
    assert labels(app) == ["Ann", "Cy"]
    assert len(shares(app)) == 20


def test_the_open_list_is_kept_and_another_opened(app):
    imported = Visit(source="import", label="export.xml", base=Profile(scores={5114: 9, 20: 3}))
    run(app, imported, g=[ANN])
    app.segmented_control(key="join").set_value("The sidebar").run()
    app.text_input(key="keep-name").input("Dee")
    next(button for button in app.button if button.label == "Keep this list").click().run()
    assert labels(app) == ["Ann", "Dee"]
    assert [who for who, _ in shares(app)][:2] == ["Ann", "Dee"]  # kept, and not shown twice
    assert app.query_params["g"] == "r=5114-9_1535-8_30276-4&as=Ann"  # what was imported is in no address
    app.session_state["visit"] = Visit(rated={1535: 4.0})
    app.run()
    assert [who for who, _ in shares(app)][:3] == ["You", "Ann", "Dee"]


def test_taking_out(app):
    run(app, g=[ANN, BOB])
    app.button(key="out-0").click().run()
    assert labels(app) == ["Bob"]
    assert shares(app) == []


@pytest.mark.parametrize("bad", ["", "fan=nobody+is+called+this", "r=5114-99", "r=", "x=1", "&" * 300, "fan=%00"])
def test_a_bad_list_in_an_address_gives_a_warning(app, bad):
    run(app, g=[bad, ANN, BOB])
    assert labels(app) == ["Ann", "Bob"]
    assert app.warning


@pytest.mark.parametrize("hostile", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "**b** :smile: $x$"])
def test_a_hostile_name_stays_text(app, hostile):
    run(app, g=[spec(rated={5114: 9.0}, label=hostile), BOB])
    assert labels(app)[0] == hostile[:24].rstrip() or labels(app)[0].endswith("…")
    assert not re.search(r"(?<!\\)<img", texts(app))
    assert "](javascript" not in texts(app)
    assert "**b**" not in texts(app)


names = st.text(max_size=40)
ids = st.frozensets(st.integers(1, 2**31 - 1), max_size=9)


@given(
    st.dictionaries(st.integers(1, 2**31 - 1), st.integers(1, 10).map(float), min_size=1, max_size=50), names, ids, ids,
    st.booleans(),
)  # fmt: skip
def test_a_list_survives_an_address_with_its_marks(rated, label, seen, ignored, out):
    visit = Visit(rated=rated, seen=seen, ignored=ignored, hidden=seen)
    member, notes = group_lists.from_spec(Member(label, visit, out).spec)
    assert (member.visit, member.out, notes) == (visit, out, [])
    assert group_lists.from_spec(member.spec) == (member, [])


@given(st.text(max_size=80))
def test_any_link_gives_a_list_or_an_error_of_ours(link):
    try:
        member = group_lists.from_link(link, "")
    except RecsysError:
        return
    assert not member.profile.is_empty


def test_a_damaged_list_in_an_address_is_read_as_far_as_possible(app):
    run(app, g=["r=5114-9_1535-99_20-3&as=Ann", BOB])
    assert dict(app.session_state["group"][0].profile.scores) == {5114: 9, 20: 3}
    assert "cannot be read completely" in app.warning[0].value


def test_a_damaged_link_of_a_friend_is_refused(app):
    run(app, g=[ANN])
    app.segmented_control(key="join").set_value("A friend's link").run()
    app.text_input(key="join-link").input("https://anime.example/?r=5114-3_1535")
    next(button for button in app.button if button.label == "Add").click().run()
    assert labels(app) == ["Ann"]
    assert "paste all of it" in app.error[0].value


def test_a_title_that_one_of_the_group_hides_is_not_recommended(app):
    run(app, g=[ANN, BOB])
    fans = [group_lists.from_spec(each)[0].profile for each in (ANN, BOB)]
    first = group.recommend(resources.engine(), fans, filters=Filters(franchise_rules=True))[0]
    assert f"**{plain(first.title)}**" in texts(app)
    again = AppTest.from_file("../../app.py", default_timeout=60)
    run(again, g=[f"{ANN}&hide={first.anime_id}", BOB])
    assert f"**{plain(first.title)}**" not in texts(again)
    assert len(shares(again)) == 20


def cards(app) -> list[str]:
    return [e.value for e in app.markdown if "All give 7 or more" in e.value]


def test_every_card_has_the_chance_that_all_like_it_and_everyones_reason(app):
    run(app, g=[ANN, BOB])
    assert len(cards(app)) == 10
    assert all(re.search(r"(about \d|less than 1|more than 9)\sin\s10", text) for text in cards(app))
    reasons = [caption.value for caption in app.caption if "Because of" in caption.value]
    assert len(reasons) > 10  # not all: some titles are not recommended by any title of a short list
    assert all(re.search(r", rated (9|8|4|3)$", text) for text in reasons)


def test_an_evening_from_an_address(app):
    run(app, g=[ANN, BOB], show="An evening of four")
    assert len(cards(app)) == 4
    assert [who for who, _ in shares(app)] == ["Ann", "Bob"] * 4
    said = next(e.value for e in app.markdown if e.value.startswith("- Ann"))
    assert re.findall(r"- (Ann|Bob): \*\*\d\.\d\*\* on average, most for ", said) == ["Ann", "Bob"]
    app.segmented_control(key="evening").set_value(2).run()
    second = next(e.value for e in app.markdown if e.value.startswith("- Ann"))
    assert second != said
    other = AppTest.from_file("../../app.py", default_timeout=60)
    run(other, g=[ANN, BOB], show="An evening of four", evening="2")
    assert next(e.value for e in other.markdown if e.value.startswith("- Ann")) == second
    app.segmented_control(key="show").set_value("Ten titles").run()
    assert len(cards(app)) == 10


def test_planned_by_any_of_them(app):
    run(app, g=[f"{ANN}&plan=1", f"{BOB}&plan=6"], planned="Only")
    assert "at least one of these lists has planned" in texts(app)
    assert [who for who, _ in shares(app)] == ["Ann", "Bob"] * 2


class TestMoreListsThanAGroupMayHave:
    specs: typing.ClassVar = [spec(rated={5114: float(i), 1535: 7.0, 20: 4.0}, label=f"Fan{i}") for i in range(1, 8)]

    def taking_part(self, app) -> set[str]:
        assert not app.exception
        return {who for who, _ in shares(app)}

    def test_five_kept_and_then_an_own_list(self, app):
        run(app, g=self.specs[:5])
        app.session_state["visit"] = Visit(rated={5114: 8.0, 20: 2.0})
        app.run()
        assert self.taking_part(app) == {"Fan1", "Fan2", "Fan3", "Fan4", "Fan5"}
        assert "Left out: You" in app.warning[0].value
        app.toggle(key="part-1").set_value(False).run()
        app.toggle(key="part--1").set_value(True).run()
        assert self.taking_part(app) == {"You", "Fan1", "Fan3", "Fan4", "Fan5"}
        assert "Left out: Fan2" in app.warning[0].value
        assert labels(app) == ["Fan1", "Fan2", "Fan3", "Fan4", "Fan5"]

    def test_the_choice_is_in_the_address(self, app):
        run(app, g=self.specs[:6], r="5114-8_20-2")
        app.toggle(key="part-0").set_value(False).run()
        app.toggle(key="part-5").set_value(True).run()
        chosen = self.taking_part(app)
        assert chosen == {"Fan2", "Fan3", "Fan4", "Fan5", "Fan6"}
        other = AppTest.from_file("../../app.py", default_timeout=60)
        run(other, **{name: app.query_params[name] for name in app.query_params})
        assert self.taking_part(other) == chosen
        assert len(other.session_state["group"]) == 6

    def test_a_link_with_seven(self, app):
        run(app, g=self.specs)
        assert self.taking_part(app) == {"Fan1", "Fan2", "Fan3", "Fan4", "Fan5"}
        assert "Left out: Fan6, Fan7" in app.warning[0].value
        assert len(app.query_params["g"]) == 7  # nothing is lost
        app.button(key="out-0").click().run()
        assert self.taking_part(app) == {"Fan2", "Fan3", "Fan4", "Fan5", "Fan6"}
        app.button(key="out-0").click().run()
        assert self.taking_part(app) == {"Fan3", "Fan4", "Fan5", "Fan6", "Fan7"}
        assert not app.warning

    def test_too_many_to_read(self, app):
        run(app, g=[spec(rated={5114: 9.0, i: 7.0}, label=f"Fan{i}") for i in range(1, 30)])
        assert len(app.session_state["group"]) == 20
        assert "29 lists" in app.warning[0].value


def test_a_list_kept_from_the_sidebar_is_there_once_after_a_reload(app):
    run(app, r="5114-9_1535-8_20-3", g=["r=5114-9_1535-8_20-3&as=Dee", BOB])
    assert [who for who, _ in shares(app)][:2] == ["Dee", "Bob"]
