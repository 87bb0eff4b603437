"""Anime Alchemy in the browser: page configuration, the shared sidebar, and the router."""

import streamlit as st

from pages.parts import sidebar, state

st.set_page_config(page_title="Anime Alchemy", page_icon="⚗️", layout="wide")

page = st.navigation(
    {
        "For you": [
            st.Page("pages/for_you/recommend.py", title="Recommend", icon=":material/auto_awesome:", default=True),
            st.Page("pages/for_you/taste.py", title="My taste", icon=":material/insights:"),
            st.Page("pages/for_you/together.py", title="Together", icon=":material/group:"),
        ],
    }
)
state.read_address()
sidebar.show()
page.run()
state.write_address()
