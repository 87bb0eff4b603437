"""`FanNet` in PyTorch: the network of `recsys.models.fan_net` with dropout and a loss."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from recsys.models import fan_net as serving
from recsys.training.reveals import Batch

#: Parameters that are used only in training.
_FACTS = ("fact_watch", "fact_hidden")


@dataclass(frozen=True)
class NetConfig:
    """Size and regularisation of the network."""

    watch_dim: int = 192
    taste_in: int = 64
    taste_dim: int = 32
    hidden: int = 128
    #: Share of `habit` dropped before the titles' watch embeddings, as in a denoising autoencoder.
    watch_dropout: float = 0.4
    #: Share of the score network's inputs and hidden units dropped.
    taste_dropout: float = 0.3
    #: Share of titles whose own embedding is dropped from a batch, so that their content must predict alone.
    id_dropout: float = 0.0
    #: Hidden titles with at least this score are to be recommended.
    liked: float = 8.0


class FanNet(nn.Module):
    """Formulas and parameter names are those of `recsys.models.fan_net.FanNet`.

    Loss of a batch: - mean over fans of mean over hidden liked titles of log softmax over unrated titles of watch_j
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
        self.register_buffer("content", torch.from_numpy(content), persistent=False)

        def table(rows: int, *dim: int, scale: float) -> nn.Parameter:
            return nn.Parameter(torch.randn(rows, *dim) * scale)

        self.watch_in = table(n, config.watch_dim, scale=0.05)
        self.watch_out = table(n, config.watch_dim, scale=0.02)
        self.taste_in = table(n, config.taste_in, scale=0.03)
        self.taste_out = table(n, config.taste_dim, scale=0.05)
        self.watch_bias = nn.Parameter(torch.from_numpy(np.log(likes + 0.5)).float())
        self.bias = nn.Parameter(torch.from_numpy(bias).float())
        self.content_watch_in = table(c, config.watch_dim, scale=0.02)
        self.content_watch_out = table(c, config.watch_dim, scale=0.02)
        self.content_taste_in = table(c, config.taste_in, scale=0.03)
        self.content_taste_out = table(c, config.taste_dim, scale=0.03)
        self.content_watch_bias = nn.Parameter(torch.zeros(c))
        self.content_bias = nn.Parameter(torch.zeros(c))
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

    def _kept(self) -> Tensor:
        """1 for titles that keep their own embedding in this batch, else 0: (n_items,)."""
        share = self.config.id_dropout if self.training else 0.0
        return (torch.rand(len(self.content), device=self.content.device) >= share).float()

    def encode(
        self, items: Tensor, scores: Tensor, fans: Tensor, n: int, kept: Tensor, facts: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`habit` (n, watch_dim), `taste` (n, taste_dim) and `level` (n,) of `n` fans from their known ratings (known,)
        and `facts` (n, n_facts), None if unknown."""
        content, own = self.content[items], kept[items]

        def gathered(values: Tensor) -> Tensor:  # (known, ...) -> (n, ...)
            return values.new_zeros(n, *values.shape[1:]).index_add(0, fans, values)

        length = gathered(torch.ones_like(scores))
        weight = (scores - 4).clamp(min=0.5) / 6
        seen = gathered(weight[:, None] * (own[:, None] * self.watch_in[items] + content @ self.content_watch_in))
        habit = seen / (length + 1).sqrt()[:, None] + self.habit_bias
        habit = torch.tanh(habit if facts is None else habit + facts @ self.fact_watch)
        residuals = scores - self._base(content, own, items)
        level = gathered(residuals) / (length + serving.LEVEL_DAMPING)
        residuals = residuals - level[fans]
        squares = gathered(residuals.square()) + serving.SPREAD_DAMPING * serving.USUAL_SPREAD**2
        spread = (squares / (length + serving.SPREAD_DAMPING)).sqrt() - serving.USUAL_SPREAD
        liked = gathered(residuals[:, None] * (own[:, None] * self.taste_in[items] + content @ self.content_taste_in))
        root = (length.clamp(max=serving.TASTE_MOST) + serving.TASTE_DAMPING).sqrt()
        liked = liked * (root / (length + serving.TASTE_DAMPING))[:, None]
        stats = torch.stack([level, spread, torch.log1p(length) / 3 - 1, torch.ones_like(level)], dim=1)
        inputs = self._drop(torch.cat([liked, habit.detach(), stats], dim=1), self.config.taste_dropout)
        hidden = inputs @ self.hidden_weight.T + self.hidden_bias
        hidden = functional.gelu(hidden if facts is None else hidden + facts @ self.fact_hidden, approximate="tanh")
        out = self._drop(hidden, self.config.taste_dropout) @ self.out_weight.T
        out = out + inputs @ self.skip_weight.T + self.out_bias
        return habit, out[:, :-1], level + out[:, -1]

    def _drop(self, values: Tensor, share: float) -> Tensor:
        return functional.dropout(values, share, self.training)

    def _base(self, content: Tensor, own: Tensor, items: Tensor) -> Tensor:
        return self.mean + own * self.bias[items] + content @ self.content_bias

    def watch(self, habit: Tensor, kept: Tensor) -> Tensor:
        """Scores of how likely each of `n` fans watches each title: (n, n_items)."""
        own = kept * (habit @ self.watch_out.T + self.watch_bias)
        return own + (habit @ self.content_watch_out.T + self.content_watch_bias) @ self.content.T

    def predict(self, taste: Tensor, level: Tensor, fans: Tensor, items: Tensor, kept: Tensor) -> Tensor:
        """Expected scores of `items` (m,) by `fans` (m,), rows of `taste` and `level`."""
        content, own = self.content[items], kept[items]
        titles = own[:, None] * self.taste_out[items] + content @ self.content_taste_out
        return self._base(content, own, items) + level[fans] + (taste[fans] * titles).sum(1)

    def loss(self, batch: Batch) -> Tensor:
        kept = self._kept()
        habit, taste, level = self.encode(batch.items, batch.scores, batch.fans, batch.n, kept, batch.facts)
        logits = self.watch(self._drop(habit, self.config.watch_dropout), kept)
        logits = logits.index_put((batch.fans, batch.items), logits.new_tensor(-1e9))
        liked = batch.hidden_scores >= self.config.liked
        fans, items = batch.hidden_fans[liked], batch.hidden_items[liked]
        surprise = torch.logsumexp(logits, dim=1)[fans] - logits[fans, items]
        per_fan = torch.bincount(fans, minlength=batch.n).clamp(min=1)
        watching = (surprise / per_fan[fans]).sum() / batch.n
        asked = batch.asked
        predicted = self.predict(taste, level, batch.hidden_fans[asked], batch.hidden_items[asked], kept)
        return watching + functional.mse_loss(predicted, batch.hidden_scores[asked])

    def to_serving(self, own: NDArray[np.intp], content: NDArray[np.float32]) -> serving.FanNet:
        """Convert to the numpy network. `own` are rows of the titles' embeddings, -1 for none."""
        kept = ((name, value) for name, value in self.named_parameters() if name not in _FACTS)
        weights = {name: value.detach().cpu().numpy().copy() for name, value in kept}
        return serving.FanNet(weights, own, content)
