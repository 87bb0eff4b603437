"""What each model is, in plain words and with its formulas."""

from dataclasses import dataclass

from pages.behind import shared
from pages.parts.text import plain
from recsys.serving import reports


@dataclass(frozen=True)
class Words:
    """`short` in one sentence; `text` and `formulas` (LaTeX, and a sentence that reads it); `good`, `poor`."""

    short: str
    text: str
    formulas: tuple[tuple[str, str], ...]
    good: str
    poor: str


_POPULARITY = Words(
    short="Everybody's mean score of a title, moved by how generous you are.",
    text="""Two numbers for a title, one for you. A title's mean is mixed with the mean of all ratings, so that three
enthusiastic votes do not beat ten thousand. Your generosity is how far your scores lie from those means. Titles are
ordered by how many people rated them.""",
    formulas=(
        (
            r"\bar r_i = \mu + \frac{\sum_u (r_{ui} - \mu)}{\lambda_i + n_i}",
            "A title's mean, as if it had had a few average ratings more.",
        ),
        (
            r"\hat r_{ui} = \bar r_i + \frac{\sum_{j} (r_{uj} - \bar r_j)}{\lambda_u + n_u}",
            "Your predicted score: that mean and your generosity.",
        ),
    ),
    good="It needs nothing from you.",
    poor="It gives everybody the same order: taste does not exist in it.",
)

_SVD = Words(
    short="Every title is a point in a space of tastes; your ratings say where in it you stand.",
    text="""Training finds directions in which fans differ; nobody names them. A title has a place along each. You are
not in the model: from your ratings it works out where you most probably stand, given how fans are spread, and how sure
that is. With few ratings you stay near the middle.""",
    formulas=(
        (r"\hat r_{ui} = \mu + b_i + b_u + q_i^\top p_u", "Mean, title, generosity, and how taste meets title."),
        (
            (
                r"\begin{gathered} z \mid r \sim \mathcal N\left(\Sigma A^\top N^{-1} (r - b),\ \Sigma\right) \\"
                r" \Sigma = \left(I + A^\top N^{-1} A\right)^{-1} \end{gathered}"
            ),
            "Where you stand after your ratings r: a regression with a prior. So each rating's effect is exact.",
        ),
    ),
    good="Its reasons are exact sums, and how sure it is follows from the same formula.",
    poor="It learns only from scores given. That somebody watched something at all tells it nothing.",
)

_NEURAL = Words(
    short="A network that reads your whole list and says what you would watch and what you would give it.",
    text="""It has two heads: the habit head guesses what you watch, the taste head what you like of it. Both read your
list as a set, so that any list, yours included, can be put in without training anew. Where SVD adds up, this one can
weigh one rating in the light of another.""",
    formulas=(
        (
            (
                r"\begin{gathered} h = \tanh\Big(\tfrac{1}{\sqrt{n+1}} \sum_i w_i W_i + b\Big) \\"
                r" \text{watch}_j = h^\top O_j + c_j \end{gathered}"
            ),
            "What you watch, from what you watched; liked titles count more.",
        ),
        (
            (
                r"\begin{gathered} (t, d) = \mathrm{MLP}\Big(\textstyle\sum_i x_i T_i,\ h,\ \ldots\Big) \\"
                r" \hat r_j = \text{base}_j + \text{level} + d + t^\top Q_j \end{gathered}"
            ),
            "What you would give, from how far your scores lie from everybody's.",
        ),
    ),
    good="It learns what people watch next as well as what they score.",
    poor="Its reasons are approximate: it is asked again without each of your ratings.",
)

_HYBRID = Words(
    short="SVD and the network together, knowing also what a title is: genres, studio, year, source.",
    text="""It mixes the two predictions in shares learned from how many ratings it knows of you, and orders by the
chance that you would watch a title (from a sparse linear model and the network) together with the score you would give.
Because it knows what titles are, it can score one that nobody has rated yet.""",
    formulas=(
        (
            r"\hat r_j = s\,\hat r_j^{\text{net}} + (1 - s)\,\hat r_j^{\text{svd}}",
            "The share s depends on the length of your list and was learned on other fans.",
        ),
        (
            r"\text{watch}_j = \text{linear}_j + \omega \log P_{\text{net}}(\text{watch}_j)",
            "A good list needs both: something you would start, and something you would like.",
        ),
    ),
    good="It joins what the others know, and scores new titles too.",
    poor="Three models in one are harder to explain: its reasons are approximate.",
)

WORDS = {"popularity": _POPULARITY, "svd": _SVD, "neural": _NEURAL, "hybrid": _HYBRID}


def winners(curves: list[reports.Curve], *, highest: bool, digits: int = 3) -> str:
    """Who is best at which numbers of known ratings, as Markdown."""
    lead: dict[str, list[str]] = {}
    for k, (name, figure) in reports.best(curves, highest=highest).items():
        lead.setdefault(name, []).append(f"{k} ({figure.value:.{digits}f})")
    parts = [f"**{plain(shared.name_of(name))}** with {_and(counts)} known" for name, counts in lead.items()]
    return f"Best: {'; '.join(parts)}." if parts else ""


def simpler_wins(curves: list[reports.Curve], order: list[str], *, highest: bool) -> list[str]:
    """Where a model is no better than a simpler one, as Markdown sentences; `order` lists models, the simplest first.

    A difference smaller than two standard errors of both together counts as none.
    """
    ours = {curve.name: curve for curve in curves if curve.is_model and curve.name in order}
    sentences = []
    for i, name in enumerate(order):
        if name not in ours:
            continue
        for simple in order[:i]:
            if simple not in ours or not (counts := _no_better(ours[name], ours[simple], highest=highest)):
                continue
            sentences.append(
                f"**{plain(shared.name_of(name))}** is no better than **{plain(shared.name_of(simple))}** with "
                f"{_and([str(k) for k in counts])} known."
            )
    return sentences


def _no_better(curve: reports.Curve, simple: reports.Curve, *, highest: bool) -> list[int]:
    sign = 1 if highest else -1
    counts = []
    for k in curve.counts:
        one, other = curve.at(k), simple.at(k)
        if one is None or other is None:
            continue
        noise = 2 * ((one.error or 0) ** 2 + (other.error or 0) ** 2) ** 0.5
        if sign * (one.value - other.value) <= noise:
            counts.append(k)
    return counts


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
