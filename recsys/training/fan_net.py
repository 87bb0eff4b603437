"""`FanNet` in PyTorch: the network of `recsys.models.fan_net` with dropout and a loss."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from recsys.models import fan_net as serving
from recsys.models.fan_net import TABLES
from recsys.training.reveals import Batch, Known, Whole

#: Parameters of the serving network that do not belong to a title.
_SHARED = ("habit_list", "habit_bias", "mean", "hidden_weight", "hidden_bias", "out_weight", "out_bias", "skip_weight")
#: Features are multiplied by it, so that AdamW, whose steps are of one size for all parameters, does not move a title's
#: embedding much farther through its dozens of features than through the embedding itself.
CONTENT_RATE = 0.1


@dataclass(frozen=True)
class NetConfig:
    """Size and regularisation of the network."""

    watch_dim: int = 192
    taste_in: int = 64
    taste_dim: int = 32
    hidden: int = 128
    #: Share of `habit` dropped before the titles' watch embeddings, as in a denoising autoencoder.
    watch_dropout: float = 0.25
    #: Share of the score network's inputs and hidden units dropped.
    taste_dropout: float = 0.3
    #: Share of titles whose own embedding is dropped from a batch, so that their content must predict alone.
    id_dropout: float = 0.0


class FanNet(nn.Module):
    """Formulas and parameter names are those of `recsys.models.fan_net.FanNet`.

    Loss of a batch: - mean over fans of mean over hidden wanted titles of log softmax over titles not known of watch_j
    (Liang et al. 2018), + mean squared error of the predicted scores of the hidden titles marked `asked`.

    Facts (n_facts,) about some fans, known only during training, are privileged information (Vapnik & Vashist 2009).
    They enter through `fact_watch` (n_facts, watch_dim), added inside the tanh of `habit`, and `fact_hidden` (n_facts,
    hidden), added before the hidden layer's activation. The numpy network has neither: all facts are unknown there.
    """

    content: Tensor

    def __init__(
        self,
        config: NetConfig,
        content: NDArray[np.float32],
        mean: float,
        bias: NDArray,
        likes: NDArray,
        n_facts: int = 0,
    ) -> None:
        """`content` (n_items, n_features); `bias` (n_items,): titles' shrunken means minus `mean`; `likes` (n_items,):
        the number of training fans who liked each title."""
        super().__init__()
        self.config = config
        n, c = len(content), content.shape[1]
        scaled = torch.from_numpy(content * np.float32(CONTENT_RATE))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sparse CSR", UserWarning)  # "in beta state", says torch 2.13
            self.register_buffer("content", scaled.to_sparse_csr(), persistent=False)

        def table(rows: int, *dim: int, scale: float) -> nn.Parameter:
            return nn.Parameter(torch.randn(rows, *dim) * scale)

        self.watch_in = table(n, config.watch_dim, scale=0.05)
        self.watch_out = table(n, config.watch_dim, scale=0.02)
        self.taste_in = table(n, config.taste_in, scale=0.03)
        self.taste_out = table(n, config.taste_dim, scale=0.05)
        self.watch_bias = nn.Parameter(torch.from_numpy(np.log(likes + 0.5)).float())
        self.bias = nn.Parameter(torch.from_numpy(bias).float())
        self.content_watch_in = table(c, config.watch_dim, scale=0.1)
        self.content_watch_out = table(c, config.watch_dim, scale=0.1)
        self.content_taste_in = table(c, config.taste_in, scale=0.1)
        self.content_taste_out = table(c, config.taste_dim, scale=0.1)
        self.content_watch_bias = nn.Parameter(torch.zeros(c))
        self.content_bias = nn.Parameter(torch.zeros(c))
        self.habit_list = nn.Parameter(torch.zeros(serving.N_LIST, config.watch_dim))
        self.habit_bias = nn.Parameter(torch.zeros(config.watch_dim))
        self.mean = nn.Parameter(torch.tensor([mean], dtype=torch.float32))
        inputs = config.taste_in + config.watch_dim + serving.N_STATS
        self.hidden_weight = table(config.hidden, inputs, scale=inputs**-0.5)
        self.hidden_bias = nn.Parameter(torch.zeros(config.hidden))
        self.out_weight = table(config.taste_dim + 1, config.hidden, scale=config.hidden**-0.5)
        self.out_bias = nn.Parameter(torch.zeros(config.taste_dim + 1))
        self.skip_weight = nn.Parameter(torch.zeros(config.taste_dim + 1, inputs))
        if n_facts:  # zeros: no random draw, so the other parameters start the same
            self.fact_watch = nn.Parameter(torch.zeros(n_facts, config.watch_dim))
            self.fact_hidden = nn.Parameter(torch.zeros(n_facts, config.hidden))

    def tables(self) -> dict[str, Tensor]:
        """`TABLES` of all titles: each title's own embedding, unless it is dropped from this batch, plus that of its
        content."""
        own = {name: getattr(self, name) for name in TABLES}
        share = self.config.id_dropout if self.training else 0.0
        if share:
            kept = (torch.rand(len(self.bias), device=self.bias.device) >= share).float()
            own = {name: table * (kept[:, None] if table.ndim > 1 else kept) for name, table in own.items()}
        if not self.content_bias.numel():
            return own
        coefficients = [getattr(self, f"content_{name}") for name in TABLES]
        wide = torch.cat([c if c.ndim > 1 else c[:, None] for c in coefficients], dim=1)
        parts = torch.sparse.mm(self.content, wide).split([c[0].numel() for c in coefficients], dim=1)
        return {name: own[name] + part.reshape(own[name].shape) for name, part in zip(TABLES, parts, strict=True)}

    def encode(
        self, known: Known, n: int, tables: dict[str, Tensor], facts: Tensor | None = None, whole: Whole | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`habit` (n, watch_dim), `taste` (n, taste_dim) and `level` (n,) of `n` fans from what is `known` of them and
        `facts` (n, n_facts), None if unknown. `whole` is the batch that the fans are of, None: they alone."""
        rated = known.rated
        items, fans, scores = known.items[rated], known.fans[rated], known.scores[rated]

        def gathered(values: Tensor, fans: Tensor = fans) -> Tensor:  # (known, ...) -> (n, ...)
            return values.new_zeros(n, *values.shape[1:]).index_add(0, fans, values)

        habit = gathered(known.weights[:, None] * tables["watch_in"][known.items], known.fans)
        begun, length = gathered(torch.ones_like(known.weights), known.fans), gathered(torch.ones_like(scores))
        described = torch.stack([torch.log1p(begun) / 3 - 1, (begun - length) / begun.clamp(min=1)], dim=1)
        habit = habit / (begun + 1).sqrt()[:, None] + described @ self.habit_list + self.habit_bias
        habit = torch.tanh(habit if facts is None else habit + facts @ self.fact_watch)
        residuals = scores - self.mean - tables["bias"][items]
        level = gathered(residuals) / (length + serving.LEVEL_DAMPING)
        residuals = residuals - level[fans]
        squares = gathered(residuals.square()) + serving.SPREAD_DAMPING * serving.USUAL_SPREAD**2
        spread = (squares / (length + serving.SPREAD_DAMPING)).sqrt() - serving.USUAL_SPREAD
        liked = gathered(residuals[:, None] * tables["taste_in"][items])
        root = (length.clamp(max=serving.TASTE_MOST) + serving.TASTE_DAMPING).sqrt()
        liked = liked * (root / (length + serving.TASTE_DAMPING))[:, None]
        stats = torch.stack([level, spread, torch.log1p(length) / 3 - 1, torch.ones_like(level)], dim=1)
        inputs = self._drop(torch.cat([liked, habit.detach(), stats], dim=1), self.config.taste_dropout, whole)
        hidden = inputs @ self.hidden_weight.T + self.hidden_bias
        hidden = functional.gelu(hidden if facts is None else hidden + facts @ self.fact_hidden, approximate="tanh")
        out = self._drop(hidden, self.config.taste_dropout, whole) @ self.out_weight.T
        out = out + inputs @ self.skip_weight.T + self.out_bias
        return habit, out[:, :-1], level + out[:, -1]

    def _drop(self, values: Tensor, share: float, whole: Whole | None) -> Tensor:
        """Drop a share of `values` (n, dim). What is dropped of a fan is the same whichever process has the fan."""
        if whole is None or not self.training:
            return functional.dropout(values, share, self.training)
        return values * functional.dropout(values.new_ones(whole.n, values.shape[1]), share)[whole.rows]

    @staticmethod
    def watch(habit: Tensor, tables: dict[str, Tensor]) -> Tensor:
        """Scores of how likely each of `n` fans watches each title: (n, n_items)."""
        return habit @ tables["watch_out"].T + tables["watch_bias"]

    def predict(self, taste: Tensor, level: Tensor, fans: Tensor, items: Tensor, tables: dict[str, Tensor]) -> Tensor:
        """Expected scores of `items` (m,) by `fans` (m,), rows of `taste` and `level`."""
        return self.mean + tables["bias"][items] + level[fans] + (taste[fans] * tables["taste_out"][items]).sum(1)

    def loss(self, batch: Batch) -> Tensor:
        """The loss of a batch, or what a part adds to it: the losses of all parts add up to that of the batch."""
        tables, known, hidden, whole = self.tables(), batch.known, batch.hidden, batch.whole
        habit, taste, level = self.encode(known, batch.n, tables, batch.facts, whole)
        logits = self.watch(self._drop(habit, self.config.watch_dropout, whole), tables)
        logits = logits.index_put((known.fans, known.items), logits.new_tensor(-1e9))
        fans, items = hidden.fans[batch.wanted], hidden.items[batch.wanted]
        surprise = torch.logsumexp(logits, dim=1)[fans] - logits[fans, items]
        per_fan = torch.bincount(fans, minlength=batch.n).clamp(min=1)
        loss = (surprise / per_fan[fans]).sum() / whole.n
        asked = batch.asked
        if whole.n_asked:
            predicted = self.predict(taste, level, hidden.fans[asked], hidden.items[asked], tables)
            errors = functional.mse_loss(predicted, hidden.scores[asked], reduction="sum")
            loss = loss + errors / whole.n_asked
        return loss

    @torch.no_grad()
    def to_serving(self) -> serving.FanNet:
        """Convert to the numpy network of all titles."""
        self.eval()
        shared = {name: value for name, value in self.named_parameters() if name in _SHARED}
        weights = {**self.tables(), **shared}
        return serving.FanNet({name: value.detach().cpu().numpy().copy() for name, value in weights.items()})

    def coefficients(self) -> dict[str, NDArray[np.float32]]:
        """What each content feature adds to each of `TABLES`, (n_features, ...)."""
        return {name: CONTENT_RATE * getattr(self, f"content_{name}").detach().cpu().numpy() for name in TABLES}
