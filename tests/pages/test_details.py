"""The details of a recommended title: what runs again when they open and close."""

from streamlit.testing.v1 import AppTest


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
