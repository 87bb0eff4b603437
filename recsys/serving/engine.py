"""The engine: a catalogue and its models, loaded once, shared by every thread, never changed."""

import functools
import math
from collections.abc import Iterable
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recsys.catalogue_build.franchise_order import kind
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError, ProfileError, RecsysError, UnknownModelError
from recsys.models import order
from recsys.models.base import Fan, Model
from recsys.serving import ranking
from recsys.serving.alignment import Aligned, align
from recsys.serving.scored import Scored
from recsys.serving.search import TitleSearch
from recsys.settings import Settings
from recsys.types import Explanation, Filters, Pick, Prediction, Profile, Reason, Title

#: Reasons kept with a pick; `Engine.explain` gives them all.
_REASONS = 5
#: Titles beyond the number wanted among which a diverse list is chosen.
_POOL = 90
#: Kinds of titles that the franchise rules leave out.
_NOT_OF_THE_STORY = ("recap", "music")


class Engine:
    """Recommendations for any fan. Immutable and thread-safe; made by `load`."""

    def __init__(
        self,
        catalogue: Catalogue,
        models: Iterable[Model],
        raters: NDArray[np.int64],
        settings: Settings = Settings(),
    ) -> None:
        """`raters` (n_titles,) counts each catalogue title's ratings in the data, held-out fans included."""
        self.catalogue = catalogue
        self.settings = settings
        self._raters = raters
        self._names = catalogue.column("title")
        self._search = TitleSearch(catalogue)
        aligned = {model.name: align(model, catalogue) for model in models}
        if not aligned:
            raise ArtifactError(
                "The artifacts hold no model. Restore them from the repository or train one (see README)."
            )
        self._aligned = MappingProxyType(aligned)
        self._kind = functools.lru_cache(maxsize=None)(lambda position: kind(catalogue.title(position)))

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the loaded models, the simplest first."""
        return tuple(self._aligned)

    @property
    def default_model(self) -> str:
        """The last of `models`."""
        return self.models[-1]

    def aligned(self, name: str | None = None) -> Aligned:
        """A model by its item positions, for the rest of `recsys.serving`. Raises `UnknownModelError`."""
        name = self.default_model if name is None else name
        if name not in self._aligned:
            raise UnknownModelError(f"There is no model {name!r}; the loaded ones are {', '.join(self.models)}.")
        return self._aligned[name]

    def recommend(
        self,
        fan: Profile,
        model: str | None = None,
        n: int = 10,
        filters: Filters = Filters(),
        discovery: float = 0.0,
        by_score: bool = False,
        diversity: float = 0.0,
    ) -> list[Pick]:
        """The `n` best titles that `fan` has not begun, best first; fewer when fewer are left (`candidates` says why).

        `discovery` in 0..1 goes from safe to adventurous. `by_score` orders by predicted score alone among titles with
        `Settings.min_raters` raters: honest about enjoyment, poor at finding what the fan would watch. `diversity` from
        0 trades rank for genres unlike those already picked; rank scores then need not fall down the list.

        Raises `UnknownModelError`, `ProfileError` (discovery outside 0..1, diversity below 0, n below 1).
        """
        if not 0 <= diversity < math.inf:
            raise ProfileError(f"diversity is a weight from 0 upwards, not {diversity!r}.")
        if not 0 <= discovery <= 1:
            raise ProfileError(f"discovery goes from 0 to 1, not {discovery!r}.")
        if n < 1:
            raise ProfileError(f"n is the number of titles wanted, at least 1, not {n!r}.")
        aligned = self.aligned(model)
        folded = aligned.fold_in(self.catalogue, fan)
        predicted = aligned.model.predict(folded)
        score = self._rank(aligned, folded, predicted, discovery, by_score)
        allowed = self.candidates(fan, model, filters, by_score=by_score).allowed[aligned.positions]
        groups = self.catalogue.franchise_ids[aligned.positions] if filters.franchise_rules else None
        skip = functools.partial(self._is_aside, aligned) if filters.franchise_rules else None
        items = order.best(score, allowed, n if not diversity else _POOL + n, groups, skip)
        if diversity:
            features = self.catalogue.genre_matrix[aligned.positions[items]]
            items = order.diversify(score, items, features, n, diversity)
        low, high = aligned.model.band(folded, items)
        return [
            Pick(
                anime_id=int(aligned.model.item_ids[item]),
                title=self._name(aligned, item),
                predicted=float(predicted[item]),
                low=float(low[i]),
                high=float(high[i]),
                rank_score=float(score[item]),
                reasons=self._explain(aligned, folded, item, limit=_REASONS)[1],
            )
            for i, item in enumerate(items)
        ]

    def candidates(
        self, fan: Profile, model: str | None = None, filters: Filters = Filters(), by_score: bool = False
    ) -> ranking.Candidates:
        """The titles that `recommend` chooses from, and how many each filter took out."""
        aligned = self.aligned(model)
        min_raters = self.settings.min_raters if by_score else 0
        return ranking.candidates(
            self.catalogue,
            fan,
            filters,
            scorable=aligned.items >= 0,
            raters=self._raters,
            min_raters=min_raters if filters.min_raters is None else filters.min_raters,
        )

    def predict(self, fan: Profile, anime_ids: Iterable[int], model: str | None = None) -> list[Prediction]:
        """Predicted scores of `anime_ids`, in their order, seen or not. `fallback` says when one is not personal."""
        aligned = self.aligned(model)
        folded = aligned.fold_in(self.catalogue, fan)
        predicted = aligned.model.predict(folded)
        wanted = [int(i) for i in anime_ids]
        positions = self.catalogue.positions(np.array(wanted, dtype=np.int64))
        items = np.where(positions >= 0, aligned.items[positions], -1)
        low, high = aligned.model.band(folded, items[items >= 0])
        bands = iter(zip(low, high, strict=True))
        anonymous = None if len(folded.items) else "no rating of this fan is known to the model: everybody's score"
        result = []
        for anime_id, position, item in zip(wanted, positions, items, strict=True):
            if item >= 0:
                lowest, highest = map(float, next(bands))
                result.append(Prediction(anime_id, float(predicted[item]), lowest, highest, anonymous))
            else:
                why = "this model has no ratings of the title" if position >= 0 else "the catalogue has no such title"
                result.append(self._without_item(aligned, folded, predicted, anime_id, f"{why}: the fan's usual score"))
        return result

    def _without_item(self, aligned: Aligned, folded: Fan, predicted: NDArray, anime_id: int, why: str) -> Prediction:
        """The fan's average prediction, with a band that spans those of titles spread over the whole range."""
        spread = np.argsort(predicted)[np.linspace(0, len(predicted) - 1, 101).astype(int)]
        low, high = aligned.model.band(folded, spread)
        return Prediction(
            anime_id, float(predicted.mean()), float(np.quantile(low, 0.1)), float(np.quantile(high, 0.9)), why
        )

    def score_all(
        self, fan: Profile, model: str | None = None, discovery: float = 0.0, filters: Filters | None = None
    ) -> Scored:
        """Every title that the model covers, seen or not, or with `filters` those that `recommend` chooses from."""
        aligned = self.aligned(model)
        folded = aligned.fold_in(self.catalogue, fan)
        predicted = aligned.model.predict(folded)
        rank = self._rank(aligned, folded, predicted, discovery)
        members = self.catalogue.members[aligned.positions]
        scored = Scored(aligned.model.item_ids, predicted, rank, members)
        return scored if filters is None else scored.of(self.candidates(fan, model, filters).allowed[aligned.positions])

    def _rank(
        self, aligned: Aligned, folded: Fan, predicted: NDArray, discovery: float, by_score: bool = False
    ) -> NDArray[np.float64]:
        raters = self._raters[aligned.positions]
        return order.rank_scores(
            predicted,
            None if by_score else order.chance_to_watch(aligned.model, folded, raters),
            raters,
            score_weight=aligned.model.score_weight,
            discovery=discovery,
        )

    def explain(self, fan: Profile, anime_id: int, model: str | None = None) -> Explanation:
        """Every rating's effect on the predicted score of one title.

        Raises `UnknownTitleError`, and `RecsysError` when the model does not cover the title.
        """
        aligned = self.aligned(model)
        item = self._item(aligned, anime_id)
        folded = aligned.fold_in(self.catalogue, fan)
        baseline, reasons = self._explain(aligned, folded, item)
        total = baseline + math.fsum(reason.effect for reason in reasons)
        predicted = float(aligned.model.predict(folded)[item])
        return Explanation(anime_id, predicted, total, baseline, reasons, aligned.model.exact_reasons)

    def _item(self, aligned: Aligned, anime_id: int) -> int:
        item = int(aligned.items[self.catalogue.position(anime_id)])
        if item < 0:
            title = self.title(anime_id).title
            raise RecsysError(
                f"The {aligned.model.name} model has no ratings of {title}; choose another model or title."
            )
        return item

    def _is_aside(self, aligned: Aligned, item: int) -> bool:
        return self._kind(int(aligned.positions[item])) in _NOT_OF_THE_STORY

    def _name(self, aligned: Aligned, item: int) -> str:
        return self._names[aligned.positions[item]]

    def _explain(
        self, aligned: Aligned, folded: Fan, item: int, limit: int | None = None
    ) -> tuple[float, tuple[Reason, ...]]:
        baseline, effects = aligned.model.explain(folded, item)
        strongest = np.argsort(-np.abs(effects), kind="stable")[:limit]
        reasons = tuple(
            Reason(
                anime_id=int(aligned.model.item_ids[folded.items[i]]),
                title=self._name(aligned, int(folded.items[i])),
                score=float(folded.scores[i]),
                effect=float(effects[i]),
            )
            for i in strongest
        )
        return float(baseline), reasons

    def similar(self, anime_id: int, n: int = 10, model: str | None = None) -> list[Pick]:
        """The `n` titles most like one, with everybody's predicted score; `rank_score` is the similarity, at most 1.

        Raises `UnknownTitleError`, and `RecsysError` when the model does not cover the title.
        """
        aligned = self.aligned(model)
        item = self._item(aligned, anime_id)
        alike = aligned.model.similarity(item)
        nobody = aligned.model.fold_in(np.empty(0, np.intp), np.empty(0), np.empty(0, np.intp))
        predicted = aligned.model.predict(nobody)
        enough = self._raters[aligned.positions] >= min(self.settings.min_raters, self._raters[aligned.positions[item]])
        adult = self.catalogue.adult[aligned.positions]
        allowed = enough & (~adult | adult[item])
        allowed[item] = False
        items = order.best(alike.astype(np.float64), allowed, n)
        low, high = aligned.model.band(nobody, items)
        return [
            Pick(
                int(aligned.model.item_ids[item]),
                self._name(aligned, item),
                float(predicted[item]),
                float(low[i]),
                float(high[i]),
                float(alike[item]),
            )
            for i, item in enumerate(items)
        ]

    def search(self, query: str, n: int = 10) -> list[Title]:
        """Titles by any of their names, best match first."""
        return [self.catalogue.title(position) for position in self._search.find(query, n)]

    def match(self, text: str, n: int = 5) -> list[tuple[int, str, float]]:
        """Anime id, title and confidence 0..1 of the titles that `text` may name: what `lists.csv_list` asks for."""
        return [
            (int(self.catalogue.ids[position]), self.catalogue.title(position).title, sure)
            for position, sure in self._search.match(text, n)
        ]

    def title(self, anime_id: int) -> Title:
        """One catalogue row. Raises `UnknownTitleError`."""
        return self.catalogue.title(self.catalogue.position(anime_id))

    def has_title(self, anime_id: int) -> bool:
        """Whether the catalogue knows an anime id."""
        return int(self.catalogue.positions([anime_id])[0]) >= 0

    def franchise(self, anime_id: int) -> tuple[int, ...]:
        """Ids of the titles of one franchise in watch order, this one among them. Raises `UnknownTitleError`."""
        return self.catalogue.franchise(anime_id)

    def raters(self, anime_id: int) -> int:
        """How many ratings of a title the data has, held-out fans included. Raises `UnknownTitleError`."""
        return int(self._raters[self.catalogue.position(anime_id)])

    def known(self, anime_ids: Iterable[int], model: str | None = None) -> set[int]:
        """Those of `anime_ids` that the model covers."""
        aligned = self.aligned(model)
        ids = np.fromiter(anime_ids, dtype=np.int64)
        positions = self.catalogue.positions(ids)
        return set(ids[(positions >= 0) & (aligned.items[positions] >= 0)].tolist())
