from collections.abc import Iterator

import pytest

from recsys.lists import anilist, cache, limits, mal_api
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply, running
from tests.lists.makers import Source, anilist_data, mal_page, settings_for


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without cached lists and limits of hosts, since ports are used again."""
    monkeypatch.setattr(limits, "_hosts", {})
    cache.shared.clear()


@pytest.fixture
def other_site() -> Iterator[LocalSite]:
    with running() as server:
        yield server


@pytest.fixture
def settings(site: LocalSite) -> ListSettings:
    return settings_for(site.url)


@pytest.fixture(params=["MyAnimeList", "AniList"])
def source(request: pytest.FixtureRequest) -> Source:
    if request.param == "MyAnimeList":
        return Source(request.param, mal_api.import_list, mal_page)
    return Source(request.param, anilist.import_list, anilist_data)


@pytest.fixture
def ten_titles(source: Source) -> Reply:
    return Reply(source.whole(range(1, 11)))
