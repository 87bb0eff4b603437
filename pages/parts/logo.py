"""The logo in the app's header: a flask with a star, and the name of the app."""

import functools

import streamlit as st

NAME = "Anime Alchemy"
_FLASK = (
    '<path d="M12 3h8M14 3v8L6.4 24.2A3.2 3.2 0 0 0 9.2 29h13.6a3.2 3.2 0 0 0 2.8-4.8L18 11V3" fill="none" '
    'stroke="{ink}" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>'
    '<path d="M9.4 22h13.2l2 3.6a1.6 1.6 0 0 1-1.4 2.4H8.8a1.6 1.6 0 0 1-1.4-2.4z" fill="{accent}"/>'
    '<path d="M26.5 3.5l1.1 2.9 2.9 1.1-2.9 1.1-1.1 2.9-1.1-2.9-2.9-1.1 2.9-1.1z" fill="{accent}"/>'
)


def show() -> None:
    """Show the logo in the colours of the visitor's theme."""
    st.logo(_svg(dark=st.context.theme.type == "dark"), size="large")


@functools.cache
def _svg(*, dark: bool) -> str:
    ink, accent = ("#e9e5db", "#3ba49c") if dark else ("#0f1517", "#1c6b67")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 196 32" width="196" height="32">'
        f"{_FLASK.format(ink=ink, accent=accent)}"
        f'<text x="40" y="23" font-family="Georgia,\'Source Serif 4\',\'DejaVu Serif\',serif" font-size="20" '
        f'font-weight="600" textLength="152" lengthAdjust="spacingAndGlyphs" fill="{ink}">{NAME}</text></svg>'
    )
