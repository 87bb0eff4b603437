import pytest

from recsys.lists import limits


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without limits of hosts, since ports are used again."""
    monkeypatch.setattr(limits, "_hosts", {})
