"""Addresses within one site."""

import pytest

from recsys.lists import http
from recsys.settings import ListSettings


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/v2/x", "https://api.example/v2/x", "http://api.example:81/v2", "http://api.example@evil.example/",
        "http://api.example\\@evil.example/", "//evil.example/x", "/v2/x", "file:///etc/passwd", "http://[", "",
    ],
)  # fmt: skip
def test_another_origin_is_not_the_same(url: str) -> None:
    client = http.Client(http.Site("S", http.re.compile("x"), ""), "http://api.example/v2", ListSettings())
    assert client.same_origin(url) is None


def test_the_same_origin_keeps_path_and_query() -> None:
    client = http.Client(http.Site("S", http.re.compile("x"), ""), "http://api.example/v2/", ListSettings())
    assert client.same_origin("http://api.example/v2/users/x?offset=9#f") == "http://api.example/v2/users/x?offset=9"
