"""Lists in JSON."""

import json
from typing import Any

import pytest

from recsys.lists import Import, errors, read
from tests.lists.catalogue import Match


def load(data: Any) -> Import:
    return read(json.dumps(data).encode(), Match())


def download(*entries: dict[str, Any], score_type: object = 4) -> dict[str, Any]:
    user = {"id": 1, "display_name": "Some_fan", "score_type": score_type}
    return {"user": user, "lists": [{"series_type": 0, **entry} for entry in entries], "favourites": [{"id": 1}]}


def test_anilists_download() -> None:
    found = load(download(
        {"series_id": 1011, "status": 2, "score": 95}, {"series_id": 1013, "status": 0, "score": 0},
        {"series_id": 1014, "status": 1, "score": 0}, {"series_id": 1015, "status": 3, "score": 20},
        {"series_id": 1016, "status": 4, "score": 0}, {"series_id": 1012, "status": 5, "score": 100},
        {"series_type": 1, "series_id": 30013, "status": 1, "score": 80}, {"series_id": 777, "status": 2, "score": 70},
    ))  # fmt: skip
    profile = found.profile
    assert dict(profile.scores) == pytest.approx({11: 9.5, 15: 2, 12: 10})
    assert (profile.watching, profile.planned, profile.dropped, profile.on_hold) == ({13}, {14}, {15}, {16})
    assert "1 manga left out." in found.report.notes
    assert [(item.row, item.text) for item in found.report.left_out] == [(7, "AniList id 777")]
    assert found.report.rows == 7


@pytest.mark.parametrize(
    ("score_type", "score", "right"),
    [(0, 9, 9), (1, 85, 8.5), (2, 4, 8), (3, 3, 10), (4, 7.5, 7.5), (0, 90, 9)],
)
def test_the_download_of_every_score_format(score_type: int, score: float, right: float) -> None:
    found = load(download({"series_id": 1011, "status": 2, "score": score}, score_type=score_type))
    assert dict(found.profile.scores) == pytest.approx({11: right})


def answer(form: str | None, *entries: tuple[int, float], **more: Any) -> dict[str, Any]:
    user = {"mediaListOptions": {"scoreFormat": form}} if form else None
    rows = [{"mediaId": 1000 + i, "status": "COMPLETED", "score": score, "media": {"idMal": i}} for i, score in entries]
    return {"data": {"MediaListCollection": {"user": user, "lists": [{"name": "Completed", "entries": rows}], **more}}}


@pytest.mark.parametrize(
    ("form", "score", "right"),
    [("POINT_100", 85, 8.5), ("POINT_10", 9, 9), ("POINT_10_DECIMAL", 8.5, 8.5), ("POINT_5", 4, 8), ("POINT_3", 3, 10),
     ("POINT_100", 8.5, 8.5), ("POINT_5", 7, 7), (None, 85, 8.5)],
)  # fmt: skip
def test_an_answer_of_anilists_api(form: str | None, score: float, right: float) -> None:
    for data in (answer(form, (11, score)), answer(form, (11, score))["data"]):
        assert dict(load(data).profile.scores) == pytest.approx({11: right})


def test_an_entry_of_several_lists_counts_once_and_titles_help_where_ids_fail() -> None:
    data = answer("POINT_10", (11, 8))
    lists = data["data"]["MediaListCollection"]["lists"]
    lists.append({"name": "Best", "entries": lists[0]["entries"]})
    named = {"mediaId": 5, "score": 9, "media": {"idMal": None, "title": {"romaji": None, "english": "Wind Story"}}}
    lists.append({"name": "Watching", "entries": [named, {"mediaId": 6, "media": {"type": "MANGA"}}, None]})
    found = load(data)
    assert dict(found.profile.scores) == {11: 8, 13: 9}
    assert found.profile.watching == {13}
    assert (found.report.rows, found.report.refused) == (3, 1)
    assert "1 manga left out." in found.report.notes


@pytest.mark.parametrize(
    "data",
    [
        [{"title": "Hoshi no Uta", "score": 8}, {"title": "Wind Story"}],
        [{"mal_id": 11, "my_rating": "8/10"}, {"mal_id": 13, "my_rating": None}],
        [{"id": 11, "name": "Hoshi no Uta", "score": 8}, {"id": 13, "name": "Kaze Monogatari", "score": None}],
        [{"id": 1, "name": "Hoshi no Uta", "score": 8}, {"id": 2, "name": "Kaze Monogatari", "score": None}],
        {"data": [{"node": {"id": 11, "title": "Song of Stars"}, "list_status": {"status": "completed", "score": 8}},
                  {"node": {"id": 13, "title": "Wind Story"}, "list_status": {"status": "completed", "score": 0}}]},
        {"data": [{"anime": {"mal_id": 11, "title": "x"}, "score": 8},
                  {"anime": {"mal_id": 13, "title": "y"}, "score": 0}]},
        {"user": "me", "list": {"anime": [{"title": {"romaji": "Hoshi no Uta", "english": None}, "score": 8.0},
                                          {"title": {"romaji": "No such", "english": "Wind Story"}, "score": 0}]}},
    ],
)  # fmt: skip
def test_plain_lists_of_objects(data: Any) -> None:
    found = load(data)
    assert dict(found.profile.scores) == {11: 8}
    assert found.profile.seen == {13}
    assert (found.report.rows, found.report.refused) == (2, 0)


def test_a_list_for_each_status() -> None:
    found = load(
        {"watching": [{"name": "Wind Story"}], "dropped": [{"name": "Hoshi no Uta", "score": 3}], "tags": ["a"]}
    )
    assert (found.profile.watching, found.profile.dropped) == ({13}, {11})
    assert load(["Hoshi no Uta", "Wind Story"]).profile.seen == {11, 13}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"user": {}, "lists": []}, errors.EmptyListError),
        (download({"series_type": 1, "series_id": 1}), errors.EmptyListError),
        (answer(None), errors.EmptyListError),
        ([], errors.BadFileError),
        ({"a": {"b": 1}}, errors.BadFileError),
        ([{"a": 1}], errors.BadFileError),
        ([[]] * 500_000, errors.BadFileError),
        ([0] * 2_000_000, errors.BadFileError),
        ([{"title": "x"}] * 60_000, errors.BadFileError),
    ],
)
def test_json_that_is_no_list(data: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        load(data)
