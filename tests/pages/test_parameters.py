"""Any value of any query parameter of any page gives a page; one without a value is as if it were not there."""

import functools

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import resources
from pages.parts.router import SCRIPTS
from pages.parts.state import VIEW_SETTINGS
from tests.pages.helpers import opened

#: Parameters that are not the setting of a widget.
OTHERS = ("q", "near", "season", "g", "g-own-out", "r", "seen", "hide", "like", "unlike", "draw", "title")


@functools.cache
def fan() -> str:
    return resources.ratings().find_names("", 1)[0]


def settings(app: AppTest) -> dict:
    """The settings that the page shows, and their values."""
    return {key: value for key, value in app.session_state._state.filtered_state.items() if key in VIEW_SETTINGS}


@functools.cache
def usual(script: str) -> dict:
    return settings(opened(AppTest.from_file("../../app.py", default_timeout=60), script=script, fan=fan()))


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_empty_parameter_is_the_default(app, script):
    script = f"pages/{script}.py"
    opened(app, script=script, **dict.fromkeys((*VIEW_SETTINGS, *OTHERS), ""), fan=fan())
    assert settings(app) == usual(script)
    assert set(app.query_params) == {"fan"}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("value", ["x", "9" * 30, ["", "-1"]])
def test_a_wrong_parameter_gives_a_page(app, script, value):
    others = OTHERS[:-1] if value == "x" else OTHERS  # a title replaces the gallery of Explore
    script = f"pages/{script}.py"
    opened(app, script=script, **dict.fromkeys((*VIEW_SETTINGS, *others), value), fan=fan())
    changed = {name for name, value in settings(app).items() if value != usual(script).get(name)}
    # Of these, a number beyond the range is the end of the range. The parameter `q` opens Data's SQL view.
    assert changed <= {"discovery", "years", "span", "episodes", "members", "fans", "floor", "page", "view"}


def test_an_empty_parameter_is_the_default_on_a_page_in_use(app):
    """Its widgets are bound to their parameters already, as after the browser's Back."""
    opened(app, fan=fan(), planned="Hide")
    assert app.session_state["planned"] == "hide"
    opened(app, planned="", without="")
    assert not {"planned", "without"} & set(app.query_params)


def test_a_model_by_its_name_in_the_library_stays_in_the_address(app):
    opened(app, fan=fan(), model="svd")
    assert app.session_state["model"] == "svd"
    assert app.query_params["model"] == "SVD"


def test_filters_of_a_link_that_do_not_exist_are_named(app):
    opened(app, fan=fan(), tags=["Magic", "Magics"], type="Musical", planned="Hide", odds="Surest", hours="4")
    (said,) = app.warning
    assert "“Musical”, “Magics”, “4” cannot be used" in said.value
    assert app.session_state["tags"] == ["Magic"]
    assert app.session_state["odds"] == 1
    app.run()
    assert not app.warning


def test_choices_of_another_page_are_named_once(app):
    """Recommend has no widget for `kind`, so that the parameter stays as it is."""
    opened(app, fan=fan(), kind="Musical")
    assert ["“Musical” cannot be used" in said.value for said in app.warning] == [True]
    app.run()
    assert not app.warning
