"""Reasons in words, for made-up lists."""

import math
import re

import pytest

from pages.parts import reasons
from recsys import Profile
from recsys.types import Driver, Explanation, Reason, Shared


def driver(name: str, score: float | None) -> Driver:
    return Driver(1, name, score, 0.2)


def test_the_sentence_names_liked_titles_before_stronger_ones():
    drivers = [driver("Weak", 3), driver("Seen", None), driver("Gold [x]", 8), driver("Silver", 7)]
    assert reasons.because(drivers, Profile(scores={1: 3, 2: 8, 3: 9})) == (
        "Because you liked **Gold \\[x\\]** and **Silver**"
    )
    assert reasons.because(drivers, Profile(scores={1: 8, 2: 9})) == "Because you liked **Gold \\[x\\]**"


def test_without_a_liked_title_the_sentence_says_watched():
    assert reasons.because([driver("Seen", None)], Profile(seen={1})) == "Because you watched **Seen**"
    assert reasons.because([], Profile(seen={1})) is None


@pytest.mark.parametrize(("chance", "said"), [(0.02, "less than 1"), (0.71, "about 7"), (0.99, "more than 9")])
def test_a_chance_in_words(chance, said):
    assert f"**{said}\N{NO-BREAK SPACE}in\N{NO-BREAK SPACE}10**" in reasons.chance(chance)


def test_an_unknown_chance_is_not_told():
    assert reasons.chance(math.nan) is None


def test_small_groups_join_the_others_and_all_add_up():
    one, two, three = (Reason(i, f"T{i}", 7.0, effect) for i, effect in ((1, 0.4), (2, 0.01), (3, -0.1)))
    groups = (
        Shared("genre", "Comedy", 0.4, (one,)),
        Shared("tag", "Maze", 0.01, (two,)),
        Shared("other", "", -0.1, (three,)),
    )
    lines = reasons._sum(Explanation(9, 7.31, 7.31, 7.0, (one, two, three), True, groups))
    assert [line.partition(": ")[2] for line in lines] == [
        "**7.00** for an empty list",
        "**+0.40** your 1 title with the genre Comedy",
        "**−0.09** your 2 other titles",
        "**7.31**",
    ]


def test_rounded_numbers_add_up():
    effects = (-0.844, 0.334, 0.024, -0.116)
    parts = [Reason(i, f"T{i}", 7.0, effect) for i, effect in enumerate(effects)]
    groups = tuple(Shared("genre", part.title, part.effect, (part,)) for part in parts)
    for n in (2, 4):  # with other titles, and without
        lines = reasons._sum(Explanation(9, 8.312, 8.312, 8.914, tuple(parts), True, groups[:n]))
        numbers = [float(re.search(r"\*\*(.*)\*\*", line)[1].replace("−", "-")) for line in lines]
        assert sum(numbers[:-1]) == pytest.approx(numbers[-1])
        assert numbers[:2] == pytest.approx([8.914, -0.844], abs=0.01)


def test_a_card_names_one_title_or_has_no_sentence():
    assert reasons.briefly([driver("Weak", 3), driver("Gold [x]", 9)], Profile(scores={1: 3, 2: 9})) == (
        "Because you liked Gold \\[x\\]"
    )
    assert reasons.briefly([driver("Seen", None)], Profile(seen={1})) == "Because you watched Seen"
    assert reasons.briefly([], Profile()) == ""
