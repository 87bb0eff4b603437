"""Lists written as text, one title on each line."""

import pytest

from recsys.lists import notes
from recsys.lists.errors import EmptyListError


def rows(text: str) -> list[tuple[str, ...]]:
    return [cells for _, cells in notes.read(text).rows]


@pytest.mark.parametrize(
    ("line", "title", "score"),
    [
        ("Hoshi no Uta", "Hoshi no Uta", ""), ("Hoshi no Uta 9/10", "Hoshi no Uta", "9/10"),
        ("- Hoshi no Uta: 9", "Hoshi no Uta", "9"), ("1. Hoshi no Uta - 9", "Hoshi no Uta", "9"),
        ("* Hoshi: no Uta – 8.5/10 so good", "Hoshi: no Uta", "8.5/10"), ("Hoshi no Uta (9)", "Hoshi no Uta", "9"),
        ("Hoshi no Uta [9/10]", "Hoshi no Uta", "9/10"), ("Hoshi no Uta ★★★★☆", "Hoshi no Uta", "★★★★☆"),
        ("Hoshi no Uta = 90%", "Hoshi no Uta", "90%"), ("**Hoshi no Uta** - A+", "Hoshi no Uta", "A+"),
        ("Hoshi 100 - 9", "Hoshi 100", "9"), ("Hoshi 100", "Hoshi 100", ""), ("86", "86", ""),
        ("Hoshi 2", "Hoshi 2", ""),
        ("Hoshi;Uta: 7", "Hoshi;Uta", "7"), ("Hoshi no Uta ..... 9", "Hoshi no Uta", "9"),
        ("Hoshi no Uta -", "Hoshi no Uta", ""),
        ("Hoshi no Uta: ?", "Hoshi no Uta", "?"), ("Hoshi-Uta", "Hoshi-Uta", ""),
        ("Hoshi (2011) 9/10", "Hoshi (2011)", "9/10"),
    ],
)  # fmt: skip
def test_one_line(line: str, title: str, score: str) -> None:
    assert rows(line) == [(title, score, "")]


def test_sections_boxes_and_statuses_in_brackets() -> None:
    text = "My list:\n## Watching (2)\n- Hoshi\n- Uta (dropped)\n\nFinished:\n[x] Kaze\n[ ] Ame\nPlan to watch\nYuki\n"
    assert rows(text) == [
        ("Hoshi", "", "Watching"), ("Uta", "", "dropped"), ("Kaze", "", "yes"), ("Ame", "", "no"),
        ("Yuki", "", "Plan to watch"),
    ]  # fmt: skip
    assert notes.read(text).above == ("My list:",)


def test_a_number_at_the_end_is_a_score_where_most_lines_of_a_section_have_one() -> None:
    text = "Finished\nHoshi 9\nUta 100 8\nKaze 7.5\nWatching\nAme 2\nYuki\nMori\n"
    assert rows(text) == [
        ("Hoshi", "9", "Finished"), ("Uta 100", "8", "Finished"), ("Kaze", "7.5", "Finished"),
        ("Ame 2", "", "Watching"), ("Yuki", "", "Watching"), ("Mori", "", "Watching"),
    ]  # fmt: skip


def test_no_titles() -> None:
    with pytest.raises(EmptyListError, match="one title on each line"):
        notes.read("Watching:\n\n")
