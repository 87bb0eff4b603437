"""Pages show art at once and covers when they are there, and the browser never hears of another host."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import resources
from recsys.serving.cover_fetch import NoCoverError
from recsys.serving.covers import Covers
from recsys.settings import COVER_HOSTS, CoverSettings
from tests.pages.helpers import opened
from tests.pictures import poster
from tests.serving.test_covers import Host, failing

RATED = "5114-9_1535-8_30276-4_16498-9_21-6"
GROUP = ["r=5114-9_1535-8_30276-4_16498-9&as=Ann", "r=5114-5_1535-9_30276-9_16498-4_21-9&as=Bob"]
EXPLORE = "pages/titles/explore.py"
PAGES = {
    "recommend": {"r": RATED},
    "the wall": {},
    "taste": {"r": RATED, "script": "pages/for_you/taste.py"},
    "together": {"g": GROUP, "script": "pages/for_you/together.py"},
    "explore": {"r": RATED, "script": EXPLORE},
    "a title": {"r": RATED, "title": "16498", "script": EXPLORE},
}


@pytest.fixture
def host() -> Host:
    return Host(lambda url: poster(url, (200, 280)))


@pytest.fixture(autouse=True)
def covers(monkeypatch, host) -> Covers:
    covers = Covers(CoverSettings(), host)
    monkeypatch.setattr(resources, "covers", lambda: covers)
    return covers


def images(app: AppTest) -> list[tuple[str, str]]:
    """The source and the alternative text of every image of the page."""
    return [(image.url, image.alt) for element in app.get("image") for image in element.proto.imgs]


def fetched(app: AppTest) -> list[str]:
    return [alt for url, alt in images(app) if url.startswith("data:image/webp")]


def is_waiting(covers: Covers) -> bool:
    return bool(covers._waiting)


def settled(app: AppTest, covers: Covers) -> AppTest:
    """The app after its covers have come and the page has been drawn again."""
    end = time.monotonic() + 60
    while is_waiting(covers):
        assert time.monotonic() < end
        time.sleep(0.01)
    return app.run()


@pytest.mark.parametrize("page", PAGES)
def test_the_browser_never_hears_of_another_host(app, host, covers, page):
    host.may_answer.clear()
    opened(app, **PAGES[page])
    assert host.asked
    assert all(any(name in url for name in COVER_HOSTS) for url in host.asked)  # so there is something to leak
    while_waiting = images(app)
    host.may_answer.set()
    settled(app, covers)
    assert fetched(app)
    for url, _ in [*while_waiting, *images(app)]:
        assert url.startswith(("data:image/svg+xml;base64,", "data:image/webp;base64,"))
    texts = [element.value for element in [*app.markdown, *app.caption]]
    assert not any(name in text for name in COVER_HOSTS for text in texts)


def test_art_is_shown_at_once_and_the_cover_when_it_is_there(app, host, covers):
    host.may_answer.clear()
    opened(app, script=EXPLORE, r=RATED)
    first = images(app)
    assert fetched(app) == []
    assert len(first) == 24
    assert {alt for _, alt in first} == {""}  # the name stands beside it
    host.may_answer.set()
    settled(app, covers)
    names = fetched(app)
    assert 20 <= len(names) <= 24
    assert "Cover of Death Note" in names
    assert len(images(app)) == 24
    assert sorted(set(host.asked)) == sorted(host.asked)


def test_nothing_is_asked_again_at_a_rerun(app, host, covers):
    opened(app, r=RATED)
    settled(app, covers)
    asked = len(host.asked)
    for _ in range(3):
        app.run()
    assert len(host.asked) == asked


def test_small_covers_are_sent_where_they_are_shown_small(app, covers):
    opened(app, script=EXPLORE, title="16498")
    settled(app, covers)
    sizes = sorted(len(url) for url, _ in images(app) if url.startswith("data:image/webp"))
    assert len(sizes) > 20
    assert sizes[-1] > 2 * sizes[-2]  # only the one at the top is large


def test_without_the_network_the_art_stays(app, host, covers):
    host.answer = failing(NoCoverError)
    opened(app, script=EXPLORE)
    settled(app, covers)
    assert fetched(app) == []
    assert len(images(app)) == 24


def test_the_switch_turns_covers_off(app, host, covers):
    opened(app, script=EXPLORE)
    settled(app, covers)
    assert fetched(app)
    app.toggle(key="covers").set_value(False).run()
    assert fetched(app) == []
    assert len(images(app)) == 24


def test_an_address_can_turn_covers_off_and_its_links_keep_it_so(app, host):
    opened(app, script=EXPLORE, covers="false")
    assert host.asked == []
    assert app.toggle(key="covers").value is False
    links = [link.proto.query_string for link in app.get("page_link") if "title=" in link.proto.query_string]
    assert len(links) == 24
    assert all("covers=false" in link for link in links)


def test_where_the_server_has_none_there_is_no_switch(app, monkeypatch):
    monkeypatch.undo()  # the tests' environment turns covers off
    opened(app, script=EXPLORE)
    assert len(images(app)) == 24
    assert fetched(app) == []
    assert "covers" not in [toggle.key for toggle in app.toggle]


def test_a_wrong_setting_is_explained(app, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("ANIME_ALCHEMY_COVERS", "perhaps")
    resources._load_covers.cache_clear()
    try:
        app.run()
    finally:
        resources._load_covers.cache_clear()
    assert not app.exception
    assert "ANIME_ALCHEMY_COVERS" in app.error[0].value
