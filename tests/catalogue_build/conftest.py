from collections.abc import Iterator

import pytest

from recsys.lists import limits
from tests.lists.local_site import LocalSite, running


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without limits of hosts, since ports are used again."""
    monkeypatch.setattr(limits, "_hosts", {})


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with running() as server:
        yield server
