"""The details of a recommended title: what runs again when they open and close."""

from types import SimpleNamespace

from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.testing.v1 import AppTest

from pages.for_you import details


def test_the_whole_page_runs_if_a_control_is_moved_before_its_parts_were_drawn():
    def page():
        import streamlit as st

        from pages.for_you import details

        st.session_state["runs"] = st.session_state.get("runs", 0) + 1
        st.button("Move", on_click=details.rerun, args=("ten",))

    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert not app.exception
    assert app.session_state["runs"] == 2


def test_fragments_that_were_not_drawn_to_their_end_are_asked_for_again(monkeypatch):
    """Streamlit forgets a fragment that waits when another callback asks for other ones."""
    asked = []
    monkeypatch.setattr(details, "st", SimpleNamespace(session_state={}, rerun=asked.append))
    details.rerun()
    details.drawn("details")
    details.rerun("ten", "other-ways")
    details.drawn("details")
    details.rerun()  # a click, before the run of the move came to the ten
    for key in ("details", "ten", "other-ways"):
        details.drawn(key)
    details.rerun()
    assert asked == [["details"], ["details", "ten", "other-ways"], ["details", "ten", "other-ways"], ["details"]]


def test_details_of_a_run_that_was_cut_short_are_opened_by_the_next(monkeypatch):
    def page():
        import streamlit as st

        from pages.for_you import details
        from pages.parts import resources
        from recsys import Profile

        engine = resources.engine()
        folding = engine.fold_in(Profile(scores={5114: 9}))
        pick = engine.recommend(folding, n=1)[0]
        details.dialog()
        st.button("Open", on_click=details.open_dialog, args=(pick, folding))

    app = AppTest.from_function(page, default_timeout=60).run()
    fill, cuts = details._fill, iter([True])

    def once(*args):
        if next(cuts, False):
            raise RerunException(RerunData())
        fill(*args)

    monkeypatch.setattr(details, "_fill", once)
    app.button[0].click().run()
    assert len(app.get("dialog")) == 1
    app.run()
    assert not app.get("dialog")
