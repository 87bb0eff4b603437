"""New titles join the franchises of a finished catalogue, which do not change."""

from recsys.catalogue_build import franchise_groups, franchise_new
from recsys.catalogue_build.franchise_relations import Relation
from recsys.types import Title

OLD = {1: "Hoshi Monogatari", 2: "Hoshi Monogatari 2", 3: "Kaze no Uta", 4: "Umi", 5: "Zettai Yama"}
KNOWN = {1: 1, 2: 1, 3: 3, 4: 3, 5: 5}  # 4 is with 3 though no name says so


def place(new: dict[int, str], related: dict[int, list[Relation]] | None = None, known=None) -> dict[int, int]:
    titles = [Title(i, name, type="TV", members=1000) for i, name in (OLD | new).items()]
    return franchise_new.place(franchise_groups.infer(titles), KNOWN if known is None else known, related or {})


def test_known_franchises_stay_whatever_the_names_say():
    assert place({}) == KNOWN
    apart = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    assert place({}, known=apart) == apart


def test_a_new_title_joins_the_series_that_it_is_named_after():
    assert place({90: "Hoshi Monogatari: Ame no Hi"})[90] == 1


def test_a_relation_comes_before_a_name():
    related = {90: [Relation("prequel", 3)]}
    assert place({90: "Hoshi Monogatari: Ame no Hi"}, related)[90] == 3


def test_a_new_title_never_joins_two_franchises():
    """Where its relations lead to two, the surest one decides, then its name."""
    sure = {90: [Relation("spin-off", 5), Relation("prequel", 3)]}
    assert place({90: "Mizu"}, sure) == KNOWN | {90: 3}
    crossover = {90: [Relation("side story", 5), Relation("side story", 3)]}
    assert place({90: "Mizu"}, crossover) == KNOWN | {90: 90}
    named = {90: [Relation("side story", 1), Relation("side story", 3)]}
    assert place({90: "Hoshi Monogatari Mini"}, named) == KNOWN | {90: 1}


def test_other_relations_join_nothing():
    assert place({90: "Mizu"}, {90: [Relation("character", 3)]})[90] == 90


def test_new_titles_join_through_each_other():
    related = {90: [Relation("sequel", 91)], 91: [Relation("prequel", 3)]}
    assert place({90: "Mizu", 91: "Hikari"}, related) == KNOWN | {90: 3, 91: 3}


def test_new_titles_that_join_no_franchise_are_one_of_their_own():
    related = {90: [Relation("sequel", 91)]}
    new = {90: "Mizu", 91: "Hikari", 92: "Kuroi Neko Dan", 93: "Kuroi Neko Dan 2nd Season"}
    assert place(new, related) == KNOWN | {90: 90, 91: 90, 92: 92, 93: 92}


def test_a_franchise_is_numbered_after_its_smallest_id():
    known = {1: 1, 2: 1, 3: 3, 4: 3}
    assert place({}, {5: [Relation("prequel", 3)]}, known)[5] == 3
    titles = [Title(i, name, type="TV", members=1000) for i, name in {0: "Mizu", **OLD}.items()]
    placed = franchise_new.place(franchise_groups.infer(titles), KNOWN, {0: [Relation("prequel", 3)]})
    assert {placed[i] for i in (0, 3, 4)} == {0}


class TestRelatedAlone:
    def test_a_title_alone_joins_the_one_franchise_that_it_is_related_to(self):
        assert franchise_new.related_alone(KNOWN, {5: [Relation("prequel", 3)]}, ()) == {5: 3}

    def test_others_stay(self):
        two = [Relation("prequel", 3), Relation("sequel", 1)]
        assert franchise_new.related_alone(KNOWN, {5: two}, ()) == {}
        assert franchise_new.related_alone(KNOWN, {5: [Relation("spin-off", 3)]}, ()) == {}
        assert franchise_new.related_alone(KNOWN, {3: [Relation("prequel", 1)]}, ()) == {}
        assert franchise_new.related_alone(KNOWN, {5: [Relation("prequel", 3)]}, {5}) == {}
