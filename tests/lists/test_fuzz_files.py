"""Any file gives a sound import or a `RecsysError`, in bounded memory.

FUZZ_EXAMPLES sets the number of inputs of each test: a hundred usually, 10,000 before a release.
"""

import contextlib
import gzip
import json
import os
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recsys import RecsysError
from recsys.lists import Import, read, template
from tests.lists.catalogue import Match
from tests.lists.test_fuzz import json_values, nearly, spoil
from tests.lists.test_invariance import accounted

many = hypothesis_settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")), deadline=None, suppress_health_check=list(HealthCheck)
)
TABLE = template() + 'Hoshi no Uta;8/10;★★★;Done\r\n"Wind, Story",7,5\r\n星の歌\t90%\tPTW\r\n'.encode()
NOTES = "My list:\n## Watching\n- Hoshi no Uta: 9/10\n[x] Wind Story ★★★☆☆\nDropped\nAme to Yuki (7)\n".encode()
DOWNLOAD = {
    "user": {"display_name": "Some_fan", "score_type": 4},
    "lists": [{"series_type": 0, "series_id": 1011, "status": 2, "score": 95}],
}
ANSWER = {"data": {"MediaListCollection": {
    "user": {"name": "x", "mediaListOptions": {"scoreFormat": "POINT_5"}},
    "lists": [{"name": "Done", "entries": [{"mediaId": 1011, "status": "CURRENT", "score": 4,
                                            "media": {"idMal": 11, "type": "ANIME", "title": {"romaji": "Hoshi"}}}]}],
}}}  # fmt: skip
OBJECTS = [{"title": {"romaji": "Hoshi no Uta"}, "id": 11, "score": "8/10", "status": "PTW"}]


def guess(text: str) -> list[tuple[int, str, float]]:
    return [(1, text, 0.95), (2, text, min(len(text), 10) / 10)]


def is_sound(found: Import) -> None:
    assert all(1 <= score <= 10 for score in found.profile.scores.values())
    accounted(found)
    found.report.to_csv()
    found.report.lines()
    answers = {item.row: item.candidates[0][0] for item in found.report.titles}
    accounted(found.answer(answers, scale=5, statuses={item.word: "dropped" for item in found.report.statuses}))


def reads(data: bytes) -> None:
    for match in (Match(), guess):
        with contextlib.suppress(RecsysError):
            is_sound(read(data, match))


@many
@given(
    st.binary(max_size=300) | spoil(TABLE) | spoil(NOTES) | spoil(TABLE).map(gzip.compress)
    | st.text(max_size=80).map(lambda text: f"title,score\n{text}".encode("utf-8", "replace"))
    | st.text(alphabet="a1,;|\t\"'\n\r-:/★[](){}#*x\uff21é星", max_size=120).map(str.encode)
)  # fmt: skip
def test_tables_and_notes(data: bytes) -> None:
    reads(data)


@many
@given(json_values | nearly(DOWNLOAD) | nearly(ANSWER) | nearly(OBJECTS))
def test_json(data: object) -> None:
    reads(json.dumps(data).encode("utf-8", "replace"))


@many
@given(spoil(json.dumps(ANSWER).encode()) | spoil(json.dumps(OBJECTS).encode()) | spoil(json.dumps(DOWNLOAD).encode()))
def test_damaged_json(data: bytes) -> None:
    reads(data)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: gzip.compress(b"anime_id,score\n" + b"\n" * 2**26, 1), id="gzip bomb"),
        pytest.param(lambda: b"," * 3 * 2**20 + b"\n", id="millions of columns"),
        pytest.param(lambda: b"anime_id,score,x\n" + (b"1,9," + b"x" * 1500 + b"\n") * 3000, id="long rows"),
        pytest.param(lambda: b"Hoshi no Uta\n" * 600_000, id="many lines"),
        pytest.param(lambda: b"[" + b"[]," * 2_000_000 + b"[]]", id="many empty lists"),
        pytest.param(lambda: b'[{"title":"' + b"x" * 7_000_000 + b'"}]', id="a long text"),
        pytest.param(lambda: b"[" + b"1.5," * 1_500_000 + b"1]", id="many numbers"),
        pytest.param(lambda: b"[" * 4_000_000, id="deep"),
        pytest.param(lambda: b'{"a":' * 100_000, id="deep objects"),
        pytest.param(lambda: b"[" + b"9" * 7_000_000 + b"]", id="a long number"),
    ],
)
def test_memory_stays_bounded(made: Callable[[], bytes]) -> None:
    data = made()
    tracemalloc.start()
    try:
        with contextlib.suppress(RecsysError):
            read(data, Match())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 160 * 2**20
