"""A title's synopsis is fetched when its expander is opened, and only then; without a browser."""

import pytest

from pages.parts import resources
from recsys.lists import errors
from recsys.serving import synopsis
from tests.pages.helpers import opened

PAGE = "pages/titles/explore.py"
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) *b* $x$ :smile:"


def open_synopsis(app, fetch, monkeypatch, anime_id=1):
    monkeypatch.setattr(synopsis, "fetch", fetch)
    app.session_state[f"page-synopsis-{anime_id}"] = True
    return opened(app, script=PAGE, title=str(anime_id))


def texts(app) -> list[str]:
    return [element.value for element in [*app.markdown, *app.caption]]


def test_nothing_is_fetched_before_it_is_asked_for(app, monkeypatch):
    monkeypatch.setattr(synopsis, "fetch", lambda *_, **__: pytest.fail("fetched"))
    opened(app, script=PAGE, title="1")


def test_it_is_shown_as_plain_text_and_fetched_once(app, monkeypatch):
    asked = []

    def fetch(title, **_):
        asked.append(title.anime_id)
        return synopsis.Synopsis((HOSTILE, "Second."), "AniList")

    open_synopsis(app, fetch, monkeypatch).run()
    assert asked == [1]
    shown = next(text for text in texts(app) if text.endswith("\n\nSecond\\."))
    assert "\\<img" in shown
    assert "\\[x\\]\\(javascript" in shown
    found = [link.proto for link in app.get("link_button") if link.proto.label == "From AniList"]
    assert [link.url for link in found] == [f"https://anilist.co/anime/{resources.engine().title(1).anilist_id}"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(errors.UnreachableError("x"), "cannot be fetched"), (errors.RateLimitedError("x"), "Too many people")],
)
def test_a_failure_is_said_with_a_link_and_can_be_tried_again(app, monkeypatch, error, said):
    answers: list = [error, synopsis.Synopsis(("Found.",), "AniList")]

    def fetch(*_, **__):
        if isinstance(answer := answers.pop(0), Exception):
            raise answer
        return answer

    open_synopsis(app, fetch, monkeypatch).run()
    assert any(said in text for text in texts(app))
    assert any(link.proto.label == "Read it on AniList" for link in app.get("link_button"))
    app.button(key="page-synopsis-again").click().run()
    assert "Found\\." in texts(app)


def test_a_title_without_a_synopsis(app, monkeypatch):
    open_synopsis(app, lambda *_, **__: synopsis.Synopsis((), "AniList"), monkeypatch)
    assert "AniList has no synopsis of this title." in texts(app)
