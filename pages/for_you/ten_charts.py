"""Charts of the ten titles, drawn only while they are looked at."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.parts import charts, pickers, resources, state
from recsys import Filters, Pick
from recsys.serving.folding import Folding


@st.fragment
def show(picks: list[Pick], folding: Folding, discovery: float, filters: Filters) -> None:
    """An expander with the charts: a closed one computes and sends none."""
    box = st.expander("Charts", icon=":material/insights:", on_change="rerun", key="charts")
    if box.open:
        with box:
            _charts(picks, folding, discovery, filters)


def _charts(picks: list[Pick], folding: Folding, discovery: float, filters: Filters) -> None:
    engine = resources.engine()
    left, right = st.columns(2)
    with left:
        st.markdown("### Scores compared with everybody's")
        if folding.fan.scores:
            charts.own_scores(folding.fan.scores, _everybody(), state.visit().label or "You")
        else:
            st.caption("There are no scores yet.")
        st.markdown("### Predicted score and MyAnimeList's mean")
        charts.against_mean(picks, [engine.title(pick.anime_id).mean_score for pick in picks])
    with right:
        st.markdown("### Predicted score and popularity")
        model = folding.aligned.model.name
        charts.against_popularity(picks, engine.score_all(folding, model, discovery, filters))
        st.markdown("### Scores of one title")
        chosen = st.selectbox(
            "Title", [pick.anime_id for pick in picks], format_func=lambda i: pickers.names_of(engine.title(i))[0],
            key="title", label_visibility="collapsed",
        )  # fmt: skip
        charts.distribution(_scores_of(chosen), engine.title(chosen).title)


@st.cache_data(show_spinner=False)
def _everybody() -> NDArray[np.int64]:
    """How often each score 1 to 10 was given in all, (10,)."""
    return resources.ratings().all_scores()


@st.cache_data(max_entries=1_000, show_spinner=False)
def _scores_of(anime_id: int) -> NDArray[np.int64]:
    """How often each score 1 to 10 was given to a title, (10,)."""
    return resources.ratings().title_scores(anime_id)
