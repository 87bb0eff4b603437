"""The "How each works" view: every model in plain words, its formulas, and how the shipped one was made."""

from pathlib import Path

import streamlit as st

from pages.behind import shared
from pages.parts import resources
from pages.parts.text import count, plain
from recsys.serving.data_facts import TRAIN_SHARE
from recsys.serving.reports import ModelReport, Reports

#: Model -> what it does, in Markdown with formulas between $$, and its strength and weakness. None of these texts says
#: what data or features a model has: the page reads that from the artifacts.
WORDS = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).with_name("words").glob("*.md")}


def show(report: Reports) -> None:
    for model in report.models:
        with st.container(border=True):
            st.markdown(f"## {plain(shared.name_of(model.name))}")
            for i, part in enumerate(WORDS.get(model.name, "").split("$$")):
                st.latex(part) if i % 2 else st.markdown(part)
            st.markdown(_knows(model.name))
            with st.expander("How it was made", icon=":material/construction:"):
                _made(model)


def _knows(model: str) -> str:
    """What the shipped model knows of titles, and which it can score, as Markdown."""
    facts, titles, unrated = shared.known_to(model)
    scores = f"It can score {count(titles, 'title')}{f', {unrated:,} of them without any rating' if unrated else ''}."
    if resources.engine().aligned(model).model.watches_unscored:
        scores += " It also uses the titles that you watched without a score."
    else:
        scores += " It uses scores only: titles that you watched without a score change nothing."
    if not facts:
        return f":material/movie: It knows only titles of the lists that it learned from. {scores}"
    return f":material/movie: It also knows of each title, as far as the catalogue does: {plain(shared.listed(facts), 300)}. {scores}"


def _made(model: ModelReport) -> None:
    st.markdown(
        f"Trained on the lists of {TRAIN_SHARE}% of the fans in a data set of {count(model.n_ratings, 'rating')}; the "
        f"other fans are held out for tuning and testing. Data: {plain(model.data_set)} ({plain(model.licence)}). "
        f"Trained on {plain(model.date)}; {model.megabytes:.1f} MB."
    )
    st.code(model.command, language="bash", wrap_lines=True)
    pairs = (*model.settings, *model.facts)
    st.dataframe(
        {"Setting or figure": [name for name, _ in pairs], "Value": [value for _, value in pairs]},
        hide_index=True,
        alt=f"Settings and figures of {shared.name_of(model.name)}",
    )
