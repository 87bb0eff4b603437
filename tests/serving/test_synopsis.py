"""A synopsis is fetched with the limits of a list, and becomes plain text whatever a site sends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.lists import errors, limits
from recsys.serving import synopsis
from recsys.settings import ListSettings
from recsys.types import Title
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import settings_for

TITLE = Title(7, "Alpha", anilist_id=107)


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_hosts", {})
    synopsis.clear()


@pytest.fixture
def settings(site: LocalSite) -> ListSettings:
    return settings_for(site.url, mal_client_id="")


@pytest.fixture
def with_client_id(site: LocalSite) -> ListSettings:
    return settings_for(site.url)


def media(description: object) -> dict:
    return {"data": {"Media": {"description": description}}}


def test_anilist_is_asked_for_one_title_and_only_once(site: LocalSite, settings: ListSettings):
    site.replies(Reply(media("Two friends.<br><br>\nThey &amp; a <i>cat</i>.")))
    found = synopsis.fetch(TITLE, settings=settings)
    assert found == synopsis.Synopsis(("Two friends.", "They & a cat."), "AniList")
    assert synopsis.fetch(TITLE, settings=settings) == found
    (request,) = site.requests
    assert request.body["variables"] == {"id": 107}
    assert "Media(id: $id, type: ANIME)" in request.body["query"]


def test_a_title_without_an_anilist_id_is_asked_for_by_its_other_id(site: LocalSite, settings: ListSettings):
    site.replies(Reply(media("A")))
    synopsis.fetch(replace(TITLE, anilist_id=None), settings=settings)
    assert site.requests[0].body["variables"] == {"id": 7}
    assert "idMal: $id" in site.requests[0].body["query"]


def test_it_is_kept_for_an_hour(site: LocalSite, settings: ListSettings, monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr(synopsis, "_kept", synopsis.cachetools.TTLCache(9, synopsis.SECONDS, lambda: now[0]))
    site.replies(Reply(media("Old")), Reply(media("New")))
    assert synopsis.fetch(TITLE, settings=settings).paragraphs == ("Old",)
    now[0] = 3599.0
    assert synopsis.fetch(TITLE, settings=settings).paragraphs == ("Old",)
    now[0] = 3600.0
    assert synopsis.fetch(TITLE, settings=settings).paragraphs == ("New",)


@pytest.mark.parametrize("first", [Reply(media(None)), Reply(status=503), Reply({"errors": [{"status": 404}]}, 404)])
def test_myanimelist_is_next_where_there_is_a_client_id(site: LocalSite, with_client_id: ListSettings, first: Reply):
    site.answer = lambda request: first if request.method == "POST" else Reply({"id": 7, "synopsis": "Theirs."})
    assert synopsis.fetch(TITLE, settings=with_client_id) == synopsis.Synopsis(("Theirs.",), "MyAnimeList")
    asked = site.requests[-1]
    assert asked.path == "/v2/anime/7?fields=synopsis"
    assert asked.headers["X-MAL-CLIENT-ID"] == with_client_id.mal_client_id


def test_no_site_has_one(site: LocalSite, settings: ListSettings):
    site.replies(Reply({"errors": [{"message": "Not Found.", "status": 404}], "data": {"Media": None}}, 404))
    assert synopsis.fetch(TITLE, settings=settings).paragraphs == ()


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Reply(status=503), errors.ServerDownError),
        (Reply(b"<html>"), errors.BadAnswerError),
        (Reply([1]), errors.BadAnswerError),
        (Reply({"errors": ["text"]}), errors.ServerDownError),
        (Reply({"errors": [{"status": 403}]}), errors.RefusedError),
        (Reply(status=429), errors.RateLimitedError),
        (Reply(media("x" * 300_000)), errors.BadAnswerError),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), errors.BadAnswerError),
        (Reply(media("A"), cut=5), errors.PartialListError),
    ],
)
def test_a_failure_is_an_error_and_is_not_kept(
    site: LocalSite, settings: ListSettings, reply: Reply, wanted: type[Exception]
):
    site.replies(reply)
    with pytest.raises(wanted):
        synopsis.fetch(TITLE, settings=settings)
    site.replies(Reply(media("A")))
    limits._hosts.clear()
    assert synopsis.fetch(TITLE, settings=settings).paragraphs == ("A",)


def test_no_site_can_be_reached(settings: ListSettings):
    with pytest.raises(errors.UnreachableError):
        synopsis.fetch(TITLE, settings=replace(settings, anilist_url="http://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("She dies ~!in the <b>last</b>\nepisode!~ of old age.", ("She dies of old age.",)),
        ("Open ~!to the end<br>of all", ("Open",)),
        ("Two ~!one!~ and ~!two!~.", ("Two and .",)),
        ("~&#33;hidden!~ shown", ("shown",)),
        ("~<i></i>!hidden!~ shown", ("shown",)),
        ("a ~~!b!~!c", ("a",)),
        ("a<script>alert(1)</script>b<style>c</style>", ("ab",)),
        ("a<br/>b<p>c</p>d", ("a", "b", "c", "d")),
        ("&lt;img src=x&gt;", ("<img src=x>",)),
        ("a <![;> b <![if x]> c <![CDATA[d]]> e", ("a b c e",)),
        ("a <![; b", ("a <![; b",)),
        ("a\u202eb\x00c\u2028d", ("a b c d",)),
        ("1 < 2 & 3 > 2", ("1 < 2 & 3 > 2",)),
        ("", ()),
        (None, ()),
        (["A"], ()),
    ],
)
def test_html_spoilers_and_control_characters_are_removed(text: object, paragraphs: tuple[str, ...]):
    assert synopsis.plain_text(text) == paragraphs


@given(st.text(alphabet="<>/!-[]&#;~a\n\"'=scriptbr\u202e", max_size=200))
def test_any_text_gives_bounded_lines_without_a_spoiler(text: str):
    found = synopsis.plain_text(text)
    assert all(line and line == " ".join(line.split()) and "\u202e" not in line for line in found)
    assert "~!" not in "\n".join(found)


@pytest.mark.parametrize("piece", ["<a", "<!--", "<![CDATA[", "&#", "~!", "a ", "</script", "<script>", "x\n"])
def test_a_long_hostile_text_is_cut(piece: str):
    assert sum(map(len, synopsis.plain_text(piece * 100_000))) <= 4_000
