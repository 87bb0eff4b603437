"""Usernames that no site can have, or that are written loosely."""

import pytest

from recsys.lists import errors
from recsys.settings import ListSettings
from tests.lists.local_site import LocalSite, Reply
from tests.lists.makers import Source


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a",
        "x" * 21,
        "../admin",
        "a/b",
        "a?b",
        "a#b",
        "a b",
        "a%2e",
        "f\nan",
        "naïve",
        "ファン",
        "@me",
        "a.b",
        None,
        7,
    ],
)
def test_an_invalid_name_is_never_sent(source: Source, site: LocalSite, settings: ListSettings, name: object) -> None:
    with pytest.raises(errors.BadUsernameError, match="username"):
        source.fetch(name, settings=settings)
    assert not site.requests


def test_spaces_around_a_name_do_not_matter(
    source: Source, site: LocalSite, settings: ListSettings, ten_titles: Reply
) -> None:
    site.replies(ten_titles)
    assert source.fetch("  fan ", settings=settings).profile.name == "fan"
