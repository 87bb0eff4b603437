"""Says which choices of a link do not exist: Streamlit leaves them out without a word."""

from collections.abc import Callable, Collection

import streamlit as st

from pages.parts import controls, tag_choice, where
from pages.parts.text import count, plain

#: Query parameter -> its choices, as Streamlit writes them.
_CHOICES: dict[str, Callable[[], Collection[str]]] = {
    **dict.fromkeys(("type", "kind"), lambda: controls.TYPES),
    **dict.fromkeys(("with", "without", "genre"), controls.genres),
    **dict.fromkeys(("tags", "no-tags"), tag_choice.names),
    "services": where.services,
    "country": lambda: {where.country_name(code) for code in where.countries()},
    "discovery": controls.STEPS.values,
    "odds": controls.ODDS.values,
    "hours": controls.HOURS.values,
    "time": controls.TIMES.values,
}
_SHOWN = 3
#: What was named before: a parameter stays in the address where the page does not draw its widget.
_SAID = "unknown-choices"


def warn() -> None:
    """Name them in a warning. Call it before the page's widgets are drawn: they correct the address."""
    said = st.session_state.setdefault(_SAID, set())
    found = [
        (name, value)
        for name, choices in _CHOICES.items()
        if name in st.query_params and name not in st.session_state
        for value in st.query_params.get_all(name)
        if value not in choices() and (name, value) not in said
    ]
    said.update(found)
    if unknown := [value for _, value in found]:
        named = ", ".join(f"“{plain(value, 40)}”" for value in unknown[:_SHOWN])
        more = f" and {count(len(unknown) - _SHOWN, 'other', 'others')}" if len(unknown) > _SHOWN else ""
        st.warning(
            f"Of the choices in this link, {named}{more} cannot be used: there is no such choice.",
            icon=":material/link_off:",
        )
