import itertools
from urllib.parse import parse_qs, urlsplit

import pytest

import recsys
from recsys.lists import errors, mal_api
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply, Request
from tests.lists.makers import CLIENT_ID, mal_page, settings_for


def entry(anime_id: object, status: object, score: object = 0) -> dict:
    return {"node": {"id": anime_id}, "list_status": {"status": status, "score": score}}


def test_the_request_is_the_documented_one(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(mal_page(range(1, 4))))
    profile = recsys.lists.mal_api.fetch("Some-fan_1", settings=settings)
    assert len(profile.scores) == 3
    request = site.requests[0]
    parts = urlsplit(request.path)
    assert (request.method, parts.path) == ("GET", "/v2/users/Some-fan_1/animelist")
    assert parse_qs(parts.query) == {"fields": ["list_status"], "limit": ["1000"], "nsfw": ["true"]}
    assert request.headers["X-MAL-CLIENT-ID"] == CLIENT_ID


def test_eleven_thousand_entries_over_eleven_pages(site: LocalSite, settings: ListSettings) -> None:
    def answer(request: Request) -> Reply:
        offset = int(parse_qs(urlsplit(request.path).query).get("offset", ["0"])[0])
        following = f"{site.url}/v2/users/fan/animelist?offset={offset + 1000}" if offset < 10_000 else None
        return Reply(mal_page(range(offset + 1, offset + 1001), following))

    site.answer = answer
    seen: list[tuple[int, int | None]] = []
    found = mal_api.import_list("fan", settings=settings, progress=lambda *now: seen.append(now))
    assert len(found.profile.scores) == 11_000
    assert len(site.requests) == 11
    assert seen == [(1000 * page, None) for page in range(1, 12)]
    assert all(request.headers["X-MAL-CLIENT-ID"] == CLIENT_ID for request in site.requests)


def test_a_failed_page_fails_the_import(site: LocalSite, settings: ListSettings) -> None:
    second = f"{site.url}/v2/page2"
    first = Reply(mal_page(range(1, 11), second))
    for failure, error in (
        (Reply(b" " * 99, cut=9), errors.PartialListError),
        (Reply(status=503), errors.ServerDownError),
        (Reply(status=404), errors.NoSuchUserError),
        (Reply({"data": None}), errors.BadAnswerError),
    ):
        site.replies(first, failure)
        with pytest.raises(error):
            mal_api.import_list("fan", settings=settings)


@pytest.mark.parametrize(
    "form", ["{other}/v2/x", "//{host}@{otherhost}/x", "https://{host}/v2/x", "http://{host}@{otherhost}/"]
)
def test_the_next_page_is_not_fetched_from_another_host(
    site: LocalSite, other_site: LocalSite, settings: ListSettings, form: str
) -> None:
    hosts = {"host": urlsplit(site.url).netloc, "otherhost": urlsplit(other_site.url).netloc}
    site.replies(Reply(mal_page(range(1, 11), form.format(other=other_site.url, **hosts))))
    with pytest.raises(errors.BadAnswerError, match="another address"):
        mal_api.import_list("fan", settings=settings)
    assert not other_site.requests
    assert len(site.requests) == 1


def test_repeated_and_endless_pages(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(mal_page(range(1, 11), f"{site.url}/v2/again")))
    with pytest.raises(errors.PartialListError, match="repeated a page"):
        mal_api.import_list("fan", settings=settings)
    assert len(site.requests) == 2
    number = itertools.count()
    site.answer = lambda _: Reply(mal_page(range(1, 2), f"{site.url}/v2/{next(number)}"))
    with pytest.raises(errors.PartialListError, match="repeated a page"):
        mal_api.import_list("fan", settings=settings)


@pytest.mark.parametrize(
    ("status", "body", "error", "text"),
    [
        (404, {"error": "not_found", "message": ""}, errors.NoSuchUserError, "no user named fan"),
        (404, b"", errors.NoSuchUserError, "spelling"),
        (403, {"error": "not_permitted", "message": ""}, errors.PrivateListError, "private"),
        (400, {"error": "bad_request", "message": "Invalid client id"}, errors.ClientIdError, "did not accept"),
        (401, {"error": "invalid_token"}, errors.ClientIdError, "did not accept"),
    ],
)
def test_refusals(
    site: LocalSite, settings: ListSettings, status: int, body: object, error: type[Exception], text: str
) -> None:
    site.replies(Reply(body, status))
    with pytest.raises(error, match=text):
        mal_api.import_list("fan", settings=settings)


def test_an_empty_list(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply({"data": [], "paging": {}}))
    with pytest.raises(errors.EmptyListError, match="empty"):
        mal_api.import_list("fan", settings=settings)


def test_without_a_client_id_the_export_is_offered(site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAL_CLIENT_ID", raising=False)
    monkeypatch.setenv("MAL_API_URL", f"{site.url}/v2")
    with pytest.raises(errors.ClientIdError, match=r"owner .* export"):
        mal_api.fetch("fan")
    assert not site.requests
    site.replies(Reply(mal_page(range(1, 4))))
    monkeypatch.setenv("MAL_CLIENT_ID", "from-environment")
    mal_api.fetch("fan")
    mal_api.fetch("another", client_id="given")
    sent = [request.headers["X-MAL-CLIENT-ID"] for request in site.requests]
    assert sent == ["from-environment", "given"]


@pytest.mark.parametrize("client_id", ["two words", "line\r\nX-Evil: 1", "ünïcode", "x" * 201])
def test_an_invalid_client_id_is_not_sent_or_shown(site: LocalSite, client_id: str) -> None:
    with pytest.raises(errors.ClientIdError) as caught:
        mal_api.fetch("fan", client_id=client_id, settings=settings_for(site.url))
    assert client_id not in str(caught.value)
    assert not site.requests


def test_statuses_scores_and_invalid_entries(site: LocalSite, settings: ListSettings) -> None:
    entries = [
        entry(1, "completed", 9), entry(2, "completed", 0), entry(3, "watching", 7), entry(4, "on_hold"),
        entry(5, "dropped", 2), entry(6, "plan_to_watch"), entry(7, "plan_to_watch", 10), entry(8, "completed", 11),
        entry(9, "completed", -3), entry(1, "dropped", 8), entry("x", "completed", 5), entry(0, "completed", 5),
        entry(10, "?", 0), entry(11, "?", 6), {"node": None}, None, entry(2**31, "completed", 5),
        entry(True, "completed"), entry(12, "completed", "8"), entry(13, "completed", None),
        entry(14, "completed", [1]),
    ]  # fmt: skip
    site.replies(Reply({"data": entries, "paging": {}}))
    found = mal_api.import_list("fan", settings=settings)
    profile = found.profile
    assert dict(profile.scores) == pytest.approx({1: 8, 3: 7, 5: 2, 7: 10, 11: 6, 12: 8})
    assert profile.seen == {2, 8, 9, 13, 14}
    assert (profile.watching, profile.on_hold, profile.dropped, profile.planned) == ({3}, {4}, {5}, {6})
    assert dict(found.skipped) == {"no MyAnimeList id": 4, "no status or title": 2, "status not understood": 1}
    assert found.notes == (
        "2 scores not used: above 10 or not a number. Those titles count as not scored.",
        "1 score below 0, read as not scored.",
        "1 score on planned titles: those titles count as watched.",
        "1 repeated entry merged: each title counts once.",
    )


def test_a_fan_can_be_forgotten(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(mal_page(range(1, 4))))
    mal_api.fetch("fan", settings=settings)
    mal_api.forget("FAN", settings)
    mal_api.forget("nobody", settings)
    mal_api.fetch("fan", settings=settings)
    assert len(site.requests) == 2


def test_a_name_is_encoded_even_if_the_check_accepts_it(site: LocalSite, settings: ListSettings) -> None:
    site.replies(Reply(mal_page(range(1, 4))))
    mal_api._download("../@me?x#y", settings, None)
    assert urlsplit(site.requests[0].path).path == "/v2/users/..%2F%40me%3Fx%23y/animelist"
