"""What a browser keeps of a visit comes back as it was; anything else is refused as a whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts import kept
from pages.parts.visit import Visit
from recsys import Profile
from recsys.errors import UnknownFanError

BASE = Profile(scores={1: 9.0, 5: 7.5}, seen={6}, planned={7}, dropped={8}, on_hold={9}, watching={10})
VISITS = {
    "hand": Visit(rated={1: 8.5, 20: 3.0}, seen=frozenset({5}), hidden=frozenset({6})),
    "community": Visit("community", "Nobody", BASE, drops_disliked=True, ignored=frozenset({1})),
    "import": Visit("import", "my list.csv", BASE, rated={30: 10.0}, planned=frozenset({31})),
    "empty": Visit(),
}


def fan(name: str) -> Profile:
    if name != "Nobody":
        raise UnknownFanError(f"Nobody is named {name}.")
    return BASE


@pytest.mark.parametrize("name", VISITS)
def test_a_visit_comes_back_as_it_was(name: str):
    assert kept.from_text(kept.to_text(VISITS[name]), fan) == VISITS[name]


def test_a_long_list_fits_and_a_longer_one_is_not_kept():
    def imported(n: int) -> Visit:
        return Visit("import", "long", Profile(scores=dict.fromkeys(range(100_000, 100_000 + n), 8.5)))

    assert kept.from_text(kept.to_text(imported(20_000)), fan) == imported(20_000)
    assert kept.to_text(imported(60_000)) is None


def changed(name: str = "import", **parts: object) -> str:
    return json.dumps(json.loads(kept.to_text(VISITS[name]) or "") | parts)


@pytest.mark.parametrize(
    "text",
    [
        None, 7, "", "x", "[]", "{}", "null", "[" * 100_000, "x" * (kept.LONGEST + 1),
        changed(version=2), changed(version=True), changed(more="x"),
        changed("hand", did={"r": "1-99"}), changed("hand", did={"r": "1-nan"}), changed("hand", did={"r": 5}),
        changed("hand", did={"seen": "x"}), changed("hand", did={"evil": "1"}), changed("hand", did=[]),
        changed("community", did={"fan": "<img src=x>"}), changed("community", list={}, label="both"),
        changed(label=None), changed(list={"scores": "1-8_2-11"}), changed(list={"seen": "0"}),
        changed(list={"seen": ["1"]}), changed(list={"other": "1"}), changed(list="1-8"),
    ],
)  # fmt: skip
def test_damaged_text_is_refused_as_a_whole(text: object):
    with pytest.raises(kept.KeptListError, match="cannot be read"):
        kept.from_text(text, fan)


def test_a_hostile_name_is_one_short_line():
    visit = kept.from_text(changed(label="A\n\u202eB" + "x" * 500), fan)
    assert visit.label.startswith("A B")
    assert len(visit.label) <= 100


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.dictionaries(st.sampled_from(["version", "did", "list", "label", "r", "seen", "scores", "fan"]), inner)
            | st.lists(inner)
        ),
    )
)
def test_no_json_ends_in_another_error(value: object):
    try:
        kept.from_text(json.dumps(value), fan)
    except kept.KeptListError:
        pass
