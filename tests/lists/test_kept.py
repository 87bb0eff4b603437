"""Made-up lists of many kinds, written as people keep them; kept/right.json says how each is meant (docs/lists.md)."""

import json
from pathlib import Path
from typing import Any

import pytest

from recsys.data.catalogue import Catalogue
from recsys.lists import Import, read
from recsys.serving.matching import Matcher
from recsys.serving.search import TitleSearch

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "kept"
RIGHT: dict[str, dict[str, Any]] = json.loads((KEPT / "right.json").read_text(encoding="utf-8"))
STATUSES = {"watched": "seen", "watching": "watching", "on_hold": "on_hold", "dropped": "dropped", "planned": "planned"}


@pytest.fixture(scope="module")
def match() -> Matcher:
    catalogue = Catalogue.load(ROOT / "artifacts" / "catalogue.parquet")
    return Matcher(catalogue, TitleSearch(catalogue))


def is_as_meant(found: Import, right: dict[str, Any]) -> bool:
    """Whether the list is as meant after the right title was chosen for each row that is asked about."""
    chosen = {item.row: right.get("asked", {}).get(item.text) for item in found.report.titles}
    if any(chosen[item.row] not in [candidate[0] for candidate in item.candidates] for item in found.report.titles):
        return False
    profile = found.answer(chosen).profile
    return (
        dict(profile.scores) == {int(anime_id): score for anime_id, score in right.get("scores", {}).items()}
        and all(getattr(profile, kind) == set(right.get(name, ())) for name, kind in STATUSES.items())
        and not found.report.left_out
        and list(found.report.letters) == right.get("letters", [])
        and [question.word for question in found.report.statuses] == right.get("statuses", [])
    )


@pytest.mark.parametrize("name", RIGHT)
def test_a_list_is_read_as_meant(name: str, match: Matcher) -> None:
    right = RIGHT[name]
    found = read(KEPT / name, match)
    assert is_as_meant(found, right) == ("not_read" not in right)
    # Even of a list that is not read as meant, nothing is taken for something else without a question.
    sure = found.profile
    assert sure.scores.items() <= {int(anime_id): score for anime_id, score in right.get("scores", {}).items()}.items()
    assert all(getattr(sure, kind) <= set(right.get(status, ())) for status, kind in STATUSES.items())


def test_the_table_in_the_docs_is_this_one() -> None:
    text = (ROOT / "docs" / "lists.md").read_text(encoding="utf-8")
    rows = [f"| {name} | {right['what']} | {right.get('not_read') or 'yes'} |" for name, right in RIGHT.items()]
    assert "\n".join(rows) in text
    read_as_meant = sum("not_read" not in right for right in RIGHT.values())
    assert f"{read_as_meant} of {len(RIGHT)}" in text


def test_every_list_is_described() -> None:
    assert {path.name for path in KEPT.iterdir()} == {*RIGHT, "right.json"}
