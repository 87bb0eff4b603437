"""Kitsu's lists by username, from a local server in its place."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import recsys
from recsys.lists import errors, kitsu
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply, Request
from tests.lists.makers import settings_for

USER = {"data": [{"id": "42", "type": "users", "attributes": {"name": "Some_fan"}}]}


def entry(number: int, status: object, rating: object = None) -> dict[str, Any]:
    """An entry of the title with the Kitsu id 1,000 + `number`."""
    relation = {"anime": {"data": {"type": "anime", "id": str(1000 + number)}}}
    attributes = {"status": status, "ratingTwenty": rating}
    return {"id": str(number), "type": "libraryEntries", "attributes": attributes, "relationships": relation}


def titles(*numbers: int) -> list[dict[str, Any]]:
    """Titles with the MyAnimeList id `number`, among mappings to other sites."""
    found = []
    for number in numbers:
        keys = [{"type": "mappings", "id": f"{number}-{site}"} for site in ("a", "m")]
        found += [
            {"id": str(1000 + number), "type": "anime", "attributes": {},
             "relationships": {"mappings": {"data": keys}}},
            {"id": f"{number}-a", "type": "mappings",
             "attributes": {"externalSite": "anilist/anime", "externalId": "9"}},
            {"id": f"{number}-m", "type": "mappings",
             "attributes": {"externalSite": "myanimelist/anime", "externalId": str(number)}},
        ]  # fmt: skip
    return found


def page(
    *entries: dict[str, Any], known: tuple[int, ...] | None = None, following: str | None = None
) -> dict[str, Any]:
    numbers = known or tuple(int(each["id"]) for each in entries)
    links = {"first": "x", **({"next": following} if following else {})}
    return {"data": list(entries), "included": titles(*numbers), "meta": {"count": len(entries)}, "links": links}


def serve(site: LocalSite, *pages: Reply) -> None:
    waiting = list(pages)

    def answer(request: Request) -> Reply:
        if "/users?" in request.path:
            return Reply(USER)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    site.answer = answer


def test_scores_of_twenty_and_statuses(site: LocalSite, settings: ListSettings) -> None:
    serve(site, Reply(page(
        entry(1, "completed", 20), entry(2, "current", 13), entry(3, "on_hold"), entry(4, "dropped", 2),
        entry(5, "planned"), entry(6, "completed"), entry(7, "completed", "17"),
    )))  # fmt: skip
    found = kitsu.import_list("Some_fan", settings=settings)
    profile = found.profile
    assert dict(profile.scores) == pytest.approx({1: 10, 2: 6.5, 4: 1, 7: 8.5})
    assert (profile.watching, profile.on_hold, profile.dropped, profile.planned) == ({2}, {3}, {4}, {5})
    assert profile.seen == {6}
    assert profile.name == "Some_fan"
    assert "20-point scale" in found.notes[0]
    assert dict(recsys.lists.kitsu.fetch("some_FAN", settings=settings).scores) == dict(profile.scores)
    assert len(site.requests) == 2  # the second time from the cache
    asked = parse_qs(urlsplit(site.requests[1].path).query)
    assert asked["filter[userId]"] == ["42"]
    assert asked["filter[kind]"] == ["anime"]
    assert asked["include"] == ["anime.mappings"]


def test_all_pages_are_read(site: LocalSite, settings: ListSettings) -> None:
    following = f"{site.url}/kitsu/library-entries?page=2"
    serve(site, Reply(page(entry(1, "completed", 16), following=following)), Reply(page(entry(2, "completed", 18))))
    assert dict(kitsu.fetch("Some_fan", settings=settings).scores) == pytest.approx({1: 8, 2: 9})


def test_a_title_without_a_myanimelist_id_is_counted(site: LocalSite, settings: ListSettings) -> None:
    serve(site, Reply(page(entry(1, "completed", 16), entry(2, "completed", 16), known=(1,))))
    found = kitsu.import_list("Some_fan", settings=settings)
    assert set(found.profile.scores) == {1}
    assert found.skipped == (("no MyAnimeList id", 1),)


@pytest.mark.parametrize("answer", [{"data": []}, {"data": [{"id": "1", "attributes": {"name": "Another"}}]}])
def test_an_unknown_user(site: LocalSite, settings: ListSettings, answer: dict) -> None:
    site.replies(Reply(answer))
    with pytest.raises(errors.NoSuchUserError, match="no user named Some_fan"):
        kitsu.import_list("Some_fan", settings=settings)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"", 404), errors.NoSuchUserError),
        (Reply({"errors": [{"status": "403"}]}, 403), errors.PrivateListError),
        (Reply({"errors": []}, 401), errors.PrivateListError),
        (Reply(b"<html>", 403), errors.RefusedError),
        (Reply(b"", 400), errors.BadAnswerError),
        (Reply(b"", 429), errors.RateLimitedError),
        (Reply(b"", 500), errors.ServerDownError),
        (Reply(b"", 503), errors.ServerDownError),
        (Reply(b"<html>maintenance"), errors.BadAnswerError),
        (Reply(page(entry(1, "completed", 16)), cut=60), errors.PartialListError),
        (Reply(b"", 302, headers={"Location": "http://other.invalid/"}), errors.BadAnswerError),
        (Reply({"data": []}), errors.EmptyListError),
        (Reply({"data": [], "included": {}}), errors.BadAnswerError),
        (Reply({"data": [], "links": {"next": 1}}), errors.BadAnswerError),
        (Reply([]), errors.BadAnswerError),
    ],
)
def test_each_failure_of_the_list_has_its_own_error(
    site: LocalSite, settings: ListSettings, reply: Reply, error: type[Exception]
) -> None:
    serve(site, reply)
    with pytest.raises(error) as caught:
        kitsu.import_list("Some_fan", settings=settings)
    assert type(caught.value) is error


@pytest.mark.parametrize("user", [{}, [], {"data": None}, {"data": [{"id": 42, "attributes": {"name": "Some_fan"}}]}])
def test_an_unknown_form_of_the_user(site: LocalSite, settings: ListSettings, user: object) -> None:
    site.replies(Reply(user))
    with pytest.raises(errors.BadAnswerError, match="unknown format"):
        kitsu.import_list("Some_fan", settings=settings)


def test_a_failure_that_passes_is_tried_again(site: LocalSite, settings: ListSettings) -> None:
    serve(site, Reply(b"", 502), Reply(page(entry(1, "completed", 16))))
    assert set(kitsu.fetch("Some_fan", settings=settings).scores) == {1}


@pytest.mark.parametrize("reply", [Reply(page(entry(1, "completed")), silence=60), Reply(b"x" * 500, drip=0.05)])
def test_a_slow_answer_does_not_exceed_the_deadline(site: LocalSite, reply: Reply) -> None:
    serve(site, reply)
    settings = settings_for(site.url, read_timeout=0.1, deadline=0.3)
    with pytest.raises(errors.ServerDownError):
        kitsu.import_list("Some_fan", settings=settings)


def test_pages_that_repeat_or_lead_elsewhere(site: LocalSite, other_site: LocalSite, settings: ListSettings) -> None:
    serve(site, Reply(page(entry(1, "completed", 16), following=f"{site.url}/kitsu/again")))
    with pytest.raises(errors.PartialListError, match="repeated a page"):
        kitsu.import_list("Some_fan", settings=settings)
    serve(site, Reply(page(entry(1, "completed", 16), following=f"{other_site.url}/kitsu/more")))
    with pytest.raises(errors.BadAnswerError, match="another address"):
        kitsu.import_list("Some_fan", settings=settings)
    assert not other_site.requests


@pytest.mark.parametrize("name", ["", "x", "a b", "../me", "x" * 21, "ünï", None])
def test_an_invalid_name_is_never_sent(site: LocalSite, settings: ListSettings, name: Any) -> None:
    with pytest.raises(errors.BadUsernameError, match="Kitsu username"):
        kitsu.fetch(name, settings=settings)
    assert not site.requests


def test_the_address_can_be_set_in_the_environment(site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(site, Reply(page(entry(1, "completed", 16))))
    monkeypatch.setenv("KITSU_API_URL", site.url)
    assert set(kitsu.fetch("Some_fan").scores) == {1}
    kitsu.forget("Some_fan")
    kitsu.fetch("Some_fan")
    assert len(site.requests) == 4
