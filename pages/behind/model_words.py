"""The "How each works" view: every model in plain words, its formulas, and how the shipped one was made."""

from dataclasses import dataclass

import streamlit as st

from pages.behind import shared
from pages.parts.text import count, plain
from recsys.serving.data_facts import TRAIN_SHARE
from recsys.serving.reports import ModelReport, Reports


@dataclass(frozen=True)
class Words:
    """`short` is one sentence; `text` a paragraph; `formulas` are pairs of LaTeX and a sentence that explains it;
    `good` and `poor` are the model's strength and weakness. None of them says what data or features a model has: the
    page reads that from the artifacts."""

    short: str
    text: str
    formulas: tuple[tuple[str, str], ...]
    good: str
    poor: str


_POPULARITY = Words(
    short="The average score of a title, adjusted to how high or low you usually score.",
    text="""Each title has an average score. Titles with few ratings are pulled towards the average of all ratings, so
that three enthusiastic fans do not outweigh ten thousand others. Your own scores say whether you usually score above or
below the averages. Titles are ranked by how many fans rated them.""",
    formulas=(
        (
            r"\bar r_i = \mu + \frac{\sum_u (r_{ui} - \mu)}{\lambda_i + n_i}",
            "The damped mean of title i: as if it had λ more ratings, all equal to the overall mean μ.",
        ),
        (
            r"\hat r_{ui} = \bar r_i + \frac{\sum_{j} (r_{uj} - \bar r_j)}{\lambda_u + n_u}",
            "Your predicted score: the title's mean plus your average difference from such means.",
        ),
    ),
    good="It works without any of your ratings.",
    poor="It ranks titles the same way for everybody, whatever their taste.",
)

_SVD = Words(
    short="Matrix factorization: titles and fans are points in a space of tastes, learned from scores.",
    text="""Training finds the directions in which the tastes of fans differ, and gives each title a position along
them. You are not part of the model. It estimates your position from your ratings ("fold-in"), and how certain that
estimate is. With few ratings you stay near the average fan.""",
    formulas=(
        (
            r"\hat r_{ui} = \mu + b_i + b_u + q_i^\top p_u",
            "The overall mean, plus the bias of the title, plus your bias, plus how your taste fits the title.",
        ),
        (
            (
                r"\begin{gathered} z \mid r \sim \mathcal N\left(\Sigma A^\top N^{-1} (r - b),\ \Sigma\right) \\"
                r" \Sigma = \left(I + A^\top N^{-1} A\right)^{-1} \end{gathered}"
            ),
            "Your position given your ratings r: Bayesian linear regression. It gives the exact effect of each rating.",
        ),
    ),
    good="Its reasons are exact, and its uncertainty comes from the same formula.",
    poor="It learns from scores only. It does not use which titles a fan chose to watch.",
)

_NEURAL = Words(
    short="A neural network that reads your whole list and predicts what you would watch and how you would score it.",
    text="""The network has two parts: one predicts which titles you would watch, the other how you would score them.
Both read your list in any order and at any length, so a new list needs no new training. Unlike SVD, the network can let
one rating change what another one means.""",
    formulas=(
        (
            (
                r"\begin{gathered} h = \tanh\Big(\tfrac{1}{\sqrt{n+1}} \sum_i w_i W_i + b\Big) \\"
                r" \text{watch}_j = h^\top O_j + c_j \end{gathered}"
            ),
            "What you would watch, from what you watched. Titles with a high score count more.",
        ),
        (
            (
                r"\begin{gathered} (t, d) = \mathrm{MLP}\Big(\textstyle\sum_i x_i T_i,\ h,\ \ldots\Big) \\"
                r" \hat r_j = \text{base}_j + \text{level} + d + t^\top Q_j \end{gathered}"
            ),
            "Your predicted score, from how your scores differ from the average scores.",
        ),
    ),
    good="It learns what people watch as well as how they score.",
    poor="Its reasons are approximate: each is the change in the prediction when one rating is left out.",
)

_HYBRID = Words(
    short="A mix of matrix factorization, a neural network and a linear model of what people watch.",
    text="""The predicted score is a weighted average of the factors' and the network's predictions; the weights depend
on how many ratings you have. The ranking combines how likely you are to watch a title (from the linear model and the
network) with the predicted score.""",
    formulas=(
        (
            r"\hat r_j = s\,\hat r_j^{\text{net}} + (1 - s)\,\hat r_j^{\text{svd}}",
            "The weight s depends on the length of your list. It was learned on validation fans.",
        ),
        (
            r"\text{watch}_j = \text{linear}_j + \omega \log P_{\text{net}}(\text{watch}_j)",
            "How likely you are to watch title j.",
        ),
    ),
    good="It combines the strengths of the other models.",
    poor="It is harder to explain: its reasons are approximate.",
)

WORDS = {"popularity": _POPULARITY, "svd": _SVD, "neural": _NEURAL, "hybrid": _HYBRID}


def show(report: Reports) -> None:
    for model in report.models:
        with st.container(border=True):
            st.markdown(f"## {plain(shared.name_of(model.name))}")
            if words := WORDS.get(model.name):
                _words(words)
            st.markdown(_knows(model.name))
            with st.expander("How it was made", icon=":material/construction:"):
                _made(model)


def _words(words: Words) -> None:
    st.markdown(f"**{words.short}**")
    st.markdown(words.text)
    for formula, reading in words.formulas:
        st.latex(formula)
        st.caption(reading)
    st.markdown(f":material/thumb_up: {words.good}  \n:material/thumb_down: {words.poor}")


def _knows(model: str) -> str:
    """What the shipped model knows of titles, and which it can score, as Markdown."""
    facts, titles, unrated = shared.known_to(model)
    scores = f"It can score {count(titles, 'title')}{f', {unrated:,} of them without any rating' if unrated else ''}."
    if not facts:
        return f":material/movie: It knows titles by their ratings only. {scores}"
    return f":material/movie: It also knows of each title: {plain(shared.listed(facts), 300)}. {scores}"


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
