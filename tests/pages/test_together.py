"""The Together page on the shipped artifacts, without a browser."""

import functools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.for_you import group_lists
from pages.parts import resources
from pages.parts.state import Visit
from recsys import Profile, RecsysError
from recsys.serving.group import MAX_FANS
from tests.pages.helpers import opened

PAGE = "pages/for_you/together.py"
ANN, BOB = "r=5114-9_1535-8_30276-4&as=Ann", "r=5114-3_1535-9_21-8&as=Bob"
SHARE = re.compile(r"^(\S+) \*\*(\d+\.\d)\*\*")
run = functools.partial(opened, script=PAGE)


def shares(app) -> list[tuple[str, float]]:
    """Who is predicted what, in the order of the page."""
    return [(found[1], float(found[2])) for e in app.markdown if (found := SHARE.match(e.value))]


def labels(app) -> list[str]:
    return [member.label for member in app.session_state["company"]]


def texts(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.info, *app.warning, *app.error])


def test_nobody_yet(app):
    run(app)
    assert "Two lists are needed" in app.info[0].value
    assert shares(app) == []


def test_one_list_waits_for_another(app):
    run(app, r="5114-9_1535-8")
    assert "Two lists are needed" in app.info[0].value


def test_two_lists_from_an_address_and_the_address_stays(app):
    run(app, g=[ANN, BOB])
    assert labels(app) == ["Ann", "Bob"]
    assert [who for who, _ in shares(app)] == ["Ann", "Bob"] * 10
    assert all(1 <= score <= 10 for _, score in shares(app))
    assert [group_lists.from_spec(one).profile for one in app.query_params["g"]] == [
        group_lists.from_spec(one).profile for one in (ANN, BOB)
    ]
    assert "2 of the 8 needed" in texts(app)


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
    assert re.search(r"Hardest to please is (Ann|Bob)", app.info[0].value)


def test_community_fans_join_by_type_ahead_until_the_group_is_full(app):
    names = resources.ratings().find_names("", MAX_FANS + 1)
    run(app, g=[group_lists.spec(fan=name) for name in names[: MAX_FANS - 1]])
    next(pills for pills in app.pills if pills.key.startswith("join-4-")).set_value(names[MAX_FANS]).run()
    assert not app.exception
    assert labels(app) == [*names[: MAX_FANS - 1], names[MAX_FANS]]
    assert not any(pills.key.startswith("join-") for pills in app.pills)  # full: nobody else can be added
    assert len(app.query_params["g"]) == MAX_FANS


def test_a_fan_is_not_added_twice(app):
    name = resources.ratings().find_names("", 1)[0]
    run(app, g=[group_lists.spec(fan=name)])
    next(pills for pills in app.pills if pills.key.startswith("join-1-")).set_value(name).run()
    assert "already in the group" in app.error[0].value


def test_a_friends_link(app):
    run(app, g=[ANN])
    app.segmented_control(key="join").set_value("A friend's link").run()
    app.text_input(key="join-link").input("https://anime.example/?model=SVD&r=5114-3_1535-9")
    app.text_input(key="join-name").input("Cy")
    next(button for button in app.button if button.label == "Add it").click().run()
    assert labels(app) == ["Ann", "Cy"]
    assert len(shares(app)) == 20


def test_the_open_list_is_kept_and_another_opened(app):
    imported = Visit(source="import", label="export.xml", base=Profile(scores={5114: 9, 20: 3}))
    run(app, imported, g=[ANN])
    app.segmented_control(key="join").set_value("The sidebar").run()
    app.text_input(key="keep-name").input("Dee")
    next(button for button in app.button if button.label == "Keep it here").click().run()
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
def test_a_bad_list_in_an_address_is_said_to_be(app, bad):
    run(app, g=[bad, ANN, BOB])
    assert labels(app) == ["Ann", "Bob"]
    assert app.warning


@pytest.mark.parametrize("hostile", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "**b** :smile: $x$"])
def test_a_hostile_name_stays_text(app, hostile):
    run(app, g=[group_lists.spec(rated={5114: 9.0}, label=hostile), BOB])
    assert labels(app)[0] == hostile[:24].rstrip() or labels(app)[0].endswith("…")
    assert not re.search(r"(?<!\\)<img", texts(app))
    assert "](javascript" not in texts(app)
    assert "**b**" not in texts(app)


@given(
    st.dictionaries(st.integers(1, 2**31 - 1), st.integers(1, 10).map(float), min_size=1, max_size=50),
    st.text(max_size=40),
)
def test_a_list_survives_an_address(rated, label):
    member = group_lists.from_spec(group_lists.spec(rated=rated, label=label))
    assert dict(member.profile.scores) == rated
    again = group_lists.from_spec(member.spec)
    assert (again.profile, again.label) == (member.profile, member.label)


@given(st.text(max_size=80))
def test_any_link_gives_a_list_or_an_error_of_ours(link):
    try:
        member = group_lists.from_link(link, "")
    except RecsysError:
        return
    assert not member.profile.is_empty
