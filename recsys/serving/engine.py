"""The engine: a catalogue and its models, loaded once and shared by all threads; it never changes."""

import functools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recsys import checks
from recsys.data.catalogue import Catalogue
from recsys.errors import ArtifactError, UnknownModelError
from recsys.models import order, store
from recsys.models.base import Model
from recsys.models.odds import PLAIN, Odds
from recsys.models.placement import RECENT_YEAR
from recsys.serving import eras, explaining, loading, recommending, usual
from recsys.serving import seeds as seeding
from recsys.serving.folding import Folding, Latest
from recsys.serving.loading import Aligned
from recsys.serving.matching import Matcher
from recsys.serving.recommending import Candidates, Scored
from recsys.serving.search import TitleSearch
from recsys.serving.seeds import Seeds
from recsys.settings import Settings
from recsys.types import (
    Driver,
    Explanation,
    Filters,
    Pick,
    Prediction,
    Profile,
    Title,
)

#: Model -> what it is called on a page, the simplest model first.
MODEL_LABELS = MappingProxyType({name: model.label for name, model in store.REGISTRY.items()})

#: Usual number of reasons kept with a pick; `Engine.explain` gives them all.
_REASONS = 5
#: The first ten of a diverse list are chosen from this many titles.
_POOL = 100
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
        odds: Mapping[str, Odds] = MappingProxyType({}),
    ) -> None:
        """`raters` (n_titles,) counts each catalogue title's ratings in the data, held-out fans included. `odds` are
        those fitted for each model; for others, the chances of scores are those of their bands."""
        self.catalogue = catalogue
        self.settings = settings
        self.rater_counts = raters
        #: Titles of the catalogue, (n_titles,), from `RECENT_YEAR` on.
        self.recent = catalogue.years >= RECENT_YEAR
        #: Titles that tell some of a story, (n_titles,): neither recaps nor music videos.
        self.of_the_story = ~np.isin(catalogue.kinds, _NOT_OF_THE_STORY)
        self._search = TitleSearch(catalogue)
        self._latest = Latest(settings.kept_foldings)
        names = catalogue.column("title")
        aligned = {one.name: loading.align(one, catalogue, names, odds.get(one.name, PLAIN)) for one in models}
        if not aligned:
            raise ArtifactError(
                "The artifacts hold no model. Restore them from the repository or train one (see README)."
            )
        self._aligned = MappingProxyType(aligned)
        counts = {name: raters[one.positions] for name, one in aligned.items()}
        self._raters_of = {name: (count, np.log1p(count)) for name, count in counts.items()}

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the loaded models, the simplest first."""
        return tuple(self._aligned)

    @property
    def default_model(self) -> str:
        """The last of `models`."""
        return self.models[-1]

    def aligned(self, name: str | None = None) -> Aligned:
        """A model with its titles' positions, for the rest of `recsys.serving`. Raises `UnknownModelError`."""
        name = self.default_model if name is None else name
        if name not in self._aligned:
            raise UnknownModelError(f"There is no model {name!r}; the loaded ones are {', '.join(self.models)}.")
        return self._aligned[name]

    def fold_in(self, fan: Profile | Folding, model: str | None = None) -> Folding:
        """A list as the model sees it. Pass it in place of the list to calls with the same model: they share the work.

        Raises `UnknownModelError`.
        """
        aligned = self.aligned(model)
        if isinstance(fan, Folding):
            if fan.aligned is aligned:
                return fan
            fan = fan.fan
        return Folding(fan, aligned, *self._raters_of[aligned.model.name], self._latest)

    def recommend(
        self,
        fan: Profile | Folding,
        model: str | None = None,
        n: int = 10,
        filters: Filters = Filters(),
        discovery: float = 0.0,
        by_score: bool = False,
        diversity: float = 0.0,
        reasons: int = _REASONS,
        *,
        like: Iterable[int] = (),
        unlike: Iterable[int] = (),
        odds: float = 0.0,
    ) -> list[Pick]:
        """The `n` best titles that `fan` has not begun, best first; fewer when fewer are left (`candidates` says why).

        `discovery` in 0..1 goes from safe to adventurous. Below 1, no title is recommended that is predicted clearly
        below the fan's usual score (`recsys.serving.usual`), unless the filters ask for what the fan has chosen: titles
        that continue a series, or planned ones alone. `by_score` orders by predicted score alone, among titles with
        `Settings.min_raters` raters: it finds what the fan would enjoy, but not what the fan would choose to watch.
        `odds` in 0..1 goes from this order to that by the chance that the fan gives 8 or more, in standard deviations
        of each. `like` and `unlike` are anime ids of titles that the recommended ones should be like and unlike, on the
        list or not; they are not recommended themselves. `diversity` (0 or more) lowers the rank of genres already
        picked. Without seeds, the first ten are about as recent as the list (`recsys.serving.eras`). By either, rank
        scores may rise down the list. `reasons` is the most that a pick has; without any, a long list takes half of the
        time.

        Raises `UnknownModelError`, `ProfileError` (discovery or odds outside 0..1, diversity below 0, n below 1, a
        title both in `like` and in `unlike`), and for these two `UnknownTitleError`, and `RecsysError` when the model
        does not cover a title.
        """
        diversity = checks.number_within("diversity", diversity, 0, math.inf)
        discovery = checks.number_within("discovery", discovery, 0, 1)
        odds = checks.number_within("odds", odds, 0, 1)
        n = checks.whole_number("n", n, 1)
        folding = self.fold_in(fan, model)
        aligned = folding.aligned
        seeds = Seeds.of(aligned, like, unlike)
        chooser = self.fold_in(seeds.beside(folding.fan), model) if seeds.like else folding
        left = self.candidates(folding, model, filters, by_score=by_score, discovery=discovery)
        allowed = left.allowed[aligned.positions]
        allowed[[*seeds.like_items, *seeds.unlike_items]] = False
        groups = None
        if filters.franchise_rules:
            groups = self.catalogue.franchise_ids[aligned.positions]
            if filters.continuing:
                allowed = recommending.next_seasons(self.catalogue, aligned.positions, allowed)
        score = chooser.rank(discovery, by_score)
        if seeds:
            score = seeds.ranked(aligned.model, score)
        if odds:
            score = (1 - odds) * order.standardise(score) + odds * order.standardise(folding.chance_high)
        share = 0.0 if seeds or by_score else (1 - odds) * self._recent_share(folding, filters)
        n_chosen = max(n, eras.TEN) if share else n
        items = order.best(score, allowed, n_chosen if not diversity else _POOL + n_chosen, groups)
        if diversity:
            features = self.catalogue.genre_matrix[aligned.positions[items]]
            items = order.diversify(score, items, features, n_chosen, diversity, _POOL)
        if share:
            items = eras.as_recent(items, share, self.recent[aligned.positions], score, allowed, groups)[:n]
        return explaining.picks(aligned, folding.folded, folding.predicted, items, score, reasons)

    def _recent_share(self, folding: Folding, filters: Filters) -> float:
        """The share of the ten that should be recent (0..1)."""
        if filters.continuing or filters.planned == "only" or not folding.aligned.model.watches_unscored:
            return 0.0
        return self.settings.recent_share * eras.recent_share(folding.folded, self.recent[folding.aligned.positions])

    def candidates(
        self,
        fan: Profile | Folding,
        model: str | None = None,
        filters: Filters = Filters(),
        by_score: bool = False,
        discovery: float | None = None,
    ) -> Candidates:
        """The titles that `recommend` chooses from, and how many each filter removed.

        `discovery` is that of `recommend`; None: also those predicted clearly below the fan's usual score.
        """
        folding = self.fold_in(fan, model)
        aligned = folding.aligned
        min_raters = self.settings.min_raters if by_score else 0
        left = recommending.candidates(
            self.catalogue,
            folding.fan,
            filters,
            scorable=aligned.items >= 0,
            raters=self.rater_counts,
            min_raters=min_raters if filters.min_raters is None else filters.min_raters,
        )
        if filters.franchise_rules:
            left = left.only("recaps and music videos", self.of_the_story)
        if discovery is None or filters.continuing or filters.planned == "only":
            return left
        enough = usual.not_below(folding.folded, folding.predicted, discovery)
        if enough is None:
            return left
        keep = np.zeros(len(self.catalogue), bool)
        keep[aligned.positions] = enough
        return left.only("predicted below the usual score", keep)

    def predict(self, fan: Profile | Folding, anime_ids: Iterable[int], model: str | None = None) -> list[Prediction]:
        """Predicted scores of `anime_ids`, in their order, seen or not. `fallback` says when one is not personal."""
        return explaining.predict(self.fold_in(fan, model), anime_ids)

    def score_all(
        self,
        fan: Profile | Folding,
        model: str | None = None,
        discovery: float = 0.0,
        filters: Filters | None = None,
    ) -> Scored:
        """Every title that the model covers, seen or not, or with `filters` those that `recommend` chooses from."""
        discovery = checks.number_within("discovery", discovery, 0, 1)
        folding = self.fold_in(fan, model)
        positions = folding.aligned.positions
        ids, members = folding.aligned.model.item_ids, self.catalogue.members[positions]
        scored = Scored(ids, folding.predicted, folding.rank(discovery), members)
        return scored if filters is None else scored.of(self.candidates(folding, model, filters).allowed[positions])

    def explain(self, fan: Profile | Folding, anime_id: int, model: str | None = None) -> Explanation:
        """Every rating's effect on the predicted score of one title.

        Raises `UnknownTitleError`, and `RecsysError` when the model does not cover the title.
        """
        return explaining.explain(self.fold_in(fan, model), anime_id)

    def drivers(
        self, fan: Profile | Folding, anime_ids: Iterable[int], model: str | None = None, limit: int = _REASONS
    ) -> list[tuple[Driver, ...]]:
        """For each of `anime_ids`, up to `limit` titles of the list for which it is recommended, strongest first; none
        where the model does not tell. It is much faster than `explain`.

        Raises `UnknownTitleError`, and `RecsysError` when the model does not cover a title.
        """
        folding = self.fold_in(fan, model)
        items = [explaining.item_of(folding.aligned, anime_id) for anime_id in checks.whole_numbers(anime_ids).tolist()]
        return explaining.drivers(folding.aligned, folding.folded, np.array(items, np.intp), limit)

    def similar(self, anime_id: int, n: int = 10, model: str | None = None) -> list[Pick]:
        """The `n` titles most like one, with everybody's predicted score; `rank_score` is the similarity, at most 1.

        Raises `UnknownTitleError`, `ProfileError` (n below 1), and `RecsysError` when the model lacks the title.
        """
        n = checks.whole_number("n", n, 1)
        return seeding.similar(self.aligned(model), self.rater_counts, self.settings.min_raters, anime_id, n)

    def search(self, query: str, n: int = 10) -> list[Title]:
        """Titles by any of their names, best match first."""
        return [self.catalogue.title(position) for position in self._search.find(query, checks.whole_number("n", n, 1))]

    @functools.cached_property
    def match(self) -> Matcher:
        """`match(text, n=5)`: anime id, title and confidence 0..1 of what `text` may mean, best first, without adult
        titles. `recsys.lists.read` needs it."""
        return Matcher(self.catalogue, self._search)

    def title(self, anime_id: int) -> Title:
        """One catalogue row. Raises `UnknownTitleError`."""
        return self.catalogue.title(self.catalogue.position(anime_id))

    def has_title(self, anime_id: int) -> bool:
        """Whether the catalogue has an anime id."""
        return int(self.catalogue.positions([anime_id])[0]) >= 0

    def franchise(self, anime_id: int) -> tuple[int, ...]:
        """Ids of the titles of one franchise in watch order, this one among them. Raises `UnknownTitleError`."""
        return self.catalogue.franchise(anime_id)

    def raters(self, anime_id: int) -> int:
        """How many ratings of a title the data has, held-out fans included. Raises `UnknownTitleError`."""
        return int(self.rater_counts[self.catalogue.position(anime_id)])

    def known(self, anime_ids: Iterable[int], model: str | None = None) -> set[int]:
        """Those of `anime_ids` that the model covers."""
        ids = checks.whole_numbers(anime_ids)
        return set(ids[self.aligned(model).items_of(ids) >= 0].tolist())


def load(folder: str | Path = "artifacts", settings: Settings = Settings()) -> Engine:
    """The engine from `folder`, after checking versions and checksums of all that it reads.

    Raises `ArtifactError`, naming the file, when anything is missing, damaged or of another version.
    """
    catalogue, models, raters, odds = loading.read(folder)
    return Engine(catalogue, models, raters, settings, odds)
