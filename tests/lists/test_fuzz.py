"""Any input gives a valid list or a `RecsysError`."""

import contextlib
import gzip
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recsys import RecsysError
from recsys.lists import ImportedList, anilist, build, cache, http, kitsu, limits, mal_api, mal_xml
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import anilist_data, export, mal_page
from tests.lists.test_kitsu import entry, page

quick = hypothesis_settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

EXPORT = export(
    {"id": 5114, "score": 9}, {"id": 1535, "score": 0, "status": "On-Hold"}, {"id": 20, "status": "Dropped"}
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def spoil(good: bytes) -> st.SearchStrategy[bytes]:
    """`good` with a piece replaced, so that most inputs pass the first checks."""
    piece = st.binary(max_size=12) | st.sampled_from(
        [
            b"<",
            b"</anime>",
            b"&",
            b"]]>",
            b'"',
            b"\x00",
            b"-",
            b"9" * 50,
            b"\r",
            b"&nbsp;",
            b"<!--",
            b"<?",
            b"<![CDATA[",
        ]
    )
    place = st.integers(0, len(good))

    def replaced(drawn: tuple[int, int, bytes]) -> bytes:
        start, length, new = drawn
        return good[:start] + new + good[start + length :]

    return st.tuples(place, st.integers(0, 40), piece).map(replaced)


def nearly(good: object) -> st.SearchStrategy[object]:
    """JSON with the structure of `good`, with any part replaced by any value."""
    if isinstance(good, dict):
        form = st.fixed_dictionaries({}, optional={key: nearly(value) for key, value in good.items()})
    elif isinstance(good, list):
        form = st.lists(nearly(good[0]), max_size=4)
    else:
        form = st.just(good)
    return st.integers(0, 9).flatmap(lambda dice: json_values if dice == 0 else form)


def is_sound(found: ImportedList) -> None:
    profile = found.profile
    assert all(1 <= score <= 10 for score in profile.scores.values())
    assert not profile.planned & profile.begun


@quick
@given(st.binary(max_size=400) | spoil(EXPORT) | spoil(EXPORT).map(gzip.compress) | spoil(gzip.compress(EXPORT)))
def test_export(data: bytes) -> None:
    with contextlib.suppress(RecsysError):
        is_sound(mal_xml.import_list(data))


@quick
@given(st.lists(st.text(max_size=8), min_size=3, max_size=3))
def test_export_with_any_text_in_its_fields(texts: list[str]) -> None:
    texts = [escape(text.encode("utf-8", "replace").decode()) for text in texts]
    entry = dict(zip(("id", "score", "status"), texts, strict=True))
    found = mal_xml.import_list(export({"id": 2_000_000_000, "score": 5}, {**entry, "id": 2}, entry))
    is_sound(found)
    assert 2_000_000_000 in found.profile.scores


@quick
@given(json_values | nearly(mal_page(range(1, 3), "http://x/y")))
def test_mal_page(data: object) -> None:
    builder = build.ListBuilder("test")
    with contextlib.suppress(RecsysError):
        following = mal_api.parse_page(data, builder)
        assert following is None or isinstance(following, str)
        is_sound(builder.build())


@quick
@given(json_values | nearly(page(entry(1, "completed", 14), following="http://x/y")))
def test_kitsu_page(data: object) -> None:
    builder = build.ListBuilder("test")
    with contextlib.suppress(RecsysError):
        following, _ = kitsu.parse_page(data, builder)
        assert following is None or isinstance(following, str)
        is_sound(builder.build(scale=20))


@quick
@given(json_values | nearly(anilist_data(range(1, 3), user={"mediaListOptions": {"scoreFormat": "POINT_5"}})["data"]))
def test_anilist_collection(data: object) -> None:
    collection = anilist._Collection()
    with contextlib.suppress(RecsysError):
        collection.add(data)
        is_sound(collection.builder.build(notes=tuple(collection.notes)))


@quick
@given(
    st.sampled_from([200, 400, 404, 403]),
    json_values | nearly({"errors": [{"message": "x", "status": 404}], "data": {"MediaListCollection": None}}),
)
def test_anilist_errors(status: int, data: object) -> None:
    client = http.Client(anilist.SITE, "http://x.invalid", ListSettings())
    with contextlib.suppress(RecsysError):
        anilist._check(http.Answer(status, data), "fan", client)
        assert status == 200
        assert "data" in data


@pytest.mark.parametrize("fetch", [mal_api.import_list, anilist.import_list, kitsu.import_list])
@hypothesis_settings(quick, max_examples=40)
@given(
    body=st.binary(max_size=80) | json_values.map(lambda value: Reply(value).raw),
    status=st.sampled_from([200, 400, 404]),
)
def test_any_answer(fetch, body: bytes, status: int, site: LocalSite, settings: ListSettings) -> None:
    cache.shared.clear()
    limits._hosts.clear()
    site.replies(Reply(body, status))
    with contextlib.suppress(RecsysError):
        is_sound(fetch("fan", settings=settings))
