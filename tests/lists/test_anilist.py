import json

import pytest

import recsys
from recsys.lists import anilist, errors
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply, Request
from tests.lists.makers import anilist_data


def entry(media_id: object, mal_id: object, status: object, score: object = 0) -> dict:
    return {"mediaId": media_id, "status": status, "score": score, "media": {"idMal": mal_id}}


def lists(*groups: list) -> dict:
    return {"data": {"MediaListCollection": {"hasNextChunk": False, "lists": [{"entries": each} for each in groups]}}}


def error(status: int, message: str, data: object = None) -> dict:
    return {"errors": [{"message": message, "status": status}], "data": data}


def test_the_request_asks_for_ten_points_and_mal_ids(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(anilist_data(range(1, 4))))
    profile = recsys.lists.anilist.fetch("Some_fan", settings=settings)
    assert len(profile.scores) == 3
    request = site.requests[0]
    assert (request.method, request.path) == ("POST", "/")
    assert request.headers["Content-Type"] == "application/json"
    assert request.body["variables"] == {"name": "Some_fan"}
    for part in ("MediaListCollection", "type: ANIME", "score(format: POINT_10_DECIMAL)", "media { idMal }"):
        assert part in request.body["query"]


def test_eleven_thousand_entries_at_once(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(anilist_data(range(1, 11_001))))
    found = anilist.import_list("fan", settings=settings)
    assert len(found.profile.scores) == 11_000
    assert len(site.requests) == 1
    assert found.notes == ("AniList returns at most 11,000 entries: older ones may be missing.",)


def test_a_list_in_chunks_is_read_to_the_end(site: LocalSite, settings: ListSettings) -> None:
    def answer(request: Request) -> Reply:
        variables = request.body["variables"]
        if "chunk" not in variables:
            return Reply(anilist_data(range(1, 101), more=True))
        start = (variables["chunk"] - 1) * variables["perChunk"]
        return Reply(anilist_data(range(start + 1, min(start + 500, 1200) + 1), more=start < 1000))

    site.answer = answer
    seen: list[tuple[int, int | None]] = []
    found = anilist.import_list("fan", settings=settings, progress=lambda *now: seen.append(now))
    assert set(found.profile.scores) == set(range(1, 1201))
    assert [request.body["variables"].get("chunk") for request in site.requests] == [None, 1, 2, 3]
    assert seen == [(100, None), (500, None), (1000, None), (1200, None)]
    assert found.notes == ()


def test_chunks_without_end(site: LocalSite, settings: ListSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anilist, "_MAX_CHUNKS", 3)
    site.replies(Reply(anilist_data(range(1, 11), more=True)))
    with pytest.raises(errors.PartialListError):
        anilist.import_list("fan", settings=settings)


def test_a_failed_chunk_fails_the_import(site: LocalSite, settings: ListSettings) -> None:
    site.replies(
        Reply(anilist_data(range(1, 11), more=True)), Reply(anilist_data(range(1, 11), more=True)), Reply(status=503)
    )
    with pytest.raises(errors.ServerDownError):
        anilist.import_list("fan", settings=settings)


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
def test_an_unknown_fan_whatever_the_http_status(site: LocalSite, settings: ListSettings, status: int) -> None:
    site.replies(Reply(error(404, "User not found", {"MediaListCollection": None}), status))
    expected = errors.ServerDownError if status == 500 else errors.NoSuchUserError
    with pytest.raises(expected):
        anilist.import_list("fan", settings=settings)


@pytest.mark.parametrize(
    ("body", "wanted", "tries"),
    [
        (error(404, "Private User"), errors.PrivateListError, 1),
        (error(400, "User is private"), errors.PrivateListError, 1),
        (error(429, "Too Many Requests."), errors.RateLimitedError, 3),
        (error(500, "Internal Server Error"), errors.ServerDownError, 3),
        (error(403, "The AniList API has been temporarily disabled"), errors.RefusedError, 1),
        (error(400, "validation"), errors.BadAnswerError, 1),
        ({"errors": [{"message": "without a status"}]}, errors.ServerDownError, 3),
        ({"errors": "text"}, errors.ServerDownError, 3),
        (error(500, "half", anilist_data(range(1, 5))["data"]), errors.PartialListError, 3),
        ({"message": "no data"}, errors.BadAnswerError, 1),
        ({"data": {"MediaListCollection": None}}, errors.BadAnswerError, 1),
        ({"data": {"MediaListCollection": {"lists": None}}}, errors.BadAnswerError, 1),
        ({"data": {"MediaListCollection": {"lists": [{"entries": {}}]}}}, errors.BadAnswerError, 1),
    ],
)
def test_graphql_errors_with_status_200(
    site: LocalSite, settings: ListSettings, body: dict, wanted: type[Exception], tries: int
) -> None:
    site.replies(Reply(body, 200))
    with pytest.raises(wanted) as caught:
        anilist.import_list("fan", settings=settings)
    assert type(caught.value) is wanted
    assert len(site.requests) == tries


def test_the_servers_text_is_not_shown(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(error(400, "[click](http://evil.example)"), 200))
    with pytest.raises(recsys.RecsysError) as caught:
        anilist.import_list("fan", settings=settings)
    assert "evil" not in str(caught.value)


def test_entries_of_custom_lists_count_once(site: LocalSite, settings: ListSettings) -> None:
    hidden = entry(5, 50, "COMPLETED", 6)  # hidden from status lists: in a custom list alone
    completed = [entry(1, 10, "COMPLETED", 9.5), entry(2, None, "COMPLETED", 8), entry(3, 30, "REPEATING", 10)]
    site.replies(Reply(lists(completed, [entry(4, 40, "CURRENT")], [*completed, hidden], [completed[0]])))
    found = anilist.import_list("fan", settings=settings)
    assert dict(found.profile.scores) == pytest.approx({10: 9.5, 30: 10, 50: 6})
    assert found.profile.watching == {40}
    assert found.skipped == (("no MyAnimeList id", 1),)
    assert found.notes == ()


def test_two_anilist_titles_with_one_myanimelist_id(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(lists([entry(1, 10, "PLANNING"), entry(2, 10, "COMPLETED", 8)])))
    found = anilist.import_list("fan", settings=settings)
    assert dict(found.profile.scores) == pytest.approx({10: 8})
    assert not found.profile.planned
    assert found.notes == ("1 repeated entry merged: each title counts once.",)


def test_only_titles_without_an_id(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(lists([entry(1, None, "COMPLETED", 9)])))
    with pytest.raises(errors.EmptyListError, match="1 with no MyAnimeList id"):
        anilist.import_list("fan", settings=settings)


def test_an_empty_list(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(lists()))
    with pytest.raises(errors.EmptyListError, match="empty"):
        anilist.import_list("fan", settings=settings)


def test_statuses_and_small_scores(site: LocalSite, settings: ListSettings) -> None:
    entries = [
        entry(1, 1, "PAUSED"), entry(2, 2, "DROPPED", 0.5), entry(3, 3, "PLANNING"), entry(4, 4, "CURRENT", 7.25),
        entry(5, 5, None, 8), entry(6, 6, None), entry(7, 7, "COMPLETED", 0), entry(8, 8, "COMPLETED", 85),
    ]  # fmt: skip
    site.replies(Reply(lists(entries)))
    found = anilist.import_list("fan", settings=settings)
    profile = found.profile
    assert dict(profile.scores) == pytest.approx({2: 1, 4: 7.25, 5: 8})
    assert (profile.on_hold, profile.dropped, profile.planned, profile.watching) == ({1}, {2}, {3}, {4})
    assert profile.seen == {7, 8}
    assert found.skipped == (("status not understood", 1),)
    assert found.notes[0] == "1 score raised to 1, the lowest possible score."


@pytest.mark.parametrize(
    ("form", "words"), [("POINT_100", "100 points"), ("POINT_5", "5 stars"), ("POINT_3", "smileys")]
)
def test_the_fans_own_scale_is_noted(site: LocalSite, settings: ListSettings, form: str, words: str) -> None:
    user = {"mediaListOptions": {"scoreFormat": form}}
    site.replies(Reply(anilist_data(range(1, 4), user=user)))
    assert words in anilist.import_list("fan", settings=settings).notes[0]


@pytest.mark.parametrize("user", [None, 1, {}, {"mediaListOptions": None}, {"mediaListOptions": {"scoreFormat": []}}])
def test_an_unknown_scale_is_not_an_error(site: LocalSite, settings: ListSettings, user: object) -> None:
    site.replies(Reply(anilist_data(range(1, 4), user=user)))
    assert anilist.import_list("fan", settings=settings).notes == ()


def test_the_address_can_be_set_in_the_environment(site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.replies(Reply(json.dumps(anilist_data(range(1, 4))).encode("utf-16")))  # JSON may be UTF-16
    monkeypatch.setenv("ANILIST_API_URL", site.url)
    assert len(anilist.fetch("fan").scores) == 3
    anilist.forget("fan")
    anilist.fetch("fan")
    assert len(site.requests) == 2
