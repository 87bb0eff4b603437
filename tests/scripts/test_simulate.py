"""`scripts.simulate`: writing a community, and comparing it with real fans."""

import re
from pathlib import Path

import numpy as np
import pytest

from recsys.data import catalogue, manifest
from recsys.data.ratings import load_arrays
from recsys.models import store
from recsys.simulation.lists import joined, write_lists
from recsys.types import Title
from scripts import simulate as command
from tests.simulation import known_population

ADULT = 30
SVD = ("--model", "svd")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared lists of the known population."""
    folder = tmp_path_factory.mktemp("data")
    fans = known_population.fans(700)
    both = joined([fans.only(~known_population.RECENT[fans.items]), known_population.watchers(400)])
    write_lists(both, known_population.model().item_ids, folder, np.random.default_rng(0))
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Artifacts with the known SVD and a catalogue, in which one title is adult and one is missing."""
    years = known_population.titles().years
    titles = [
        Title(int(i), f"Title {i}", adult=bool(i == ADULT), year=int(year), members=1000)
        for i, year in zip(known_population.model().item_ids[:-1], years, strict=False)
    ]
    with manifest.writing(tmp_path) as batch:
        catalogue.add_to(batch, titles)
        store.save(known_population.model(), batch.path(store.file_name("svd")))
    return tmp_path


def test_a_community_without_adult_and_unknown_titles(
    data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--data", str(data), "--out", str(out), "--fans", "60", *SVD]) == 0
    ratings = load_arrays(out)
    assert manifest.read(out).files["users.parquet"]["rows"] == 60
    assert 45 <= len(ratings.user_ids) <= 60  # some give no scores
    assert not {ADULT, int(known_population.model().item_ids[-1])} & set(ratings.item_ids.tolist())
    entry = manifest.read(out).files["ratings.parquet"]
    assert entry["simulated"] is True
    assert entry["drawn_from"]["model"] == manifest.read(out).files["models/svd.safetensors"]["sha256"]
    assert "list lengths: Kolmogorov-Smirnov" in entry["compared_with_unused_real_fans"]
    assert f"wrote {out / 'users.parquet'}: 60 rows" in capsys.readouterr().out


def test_without_an_svd_the_file_is_named_and_nothing_written(
    data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / "models" / "svd.safetensors").unlink()
    assert command.main(["--data", str(data), "--out", str(out), *SVD]) == 2
    assert "svd.safetensors" in capsys.readouterr().err
    assert not (out / "ratings.parquet").exists()


def test_the_check_prints_both_columns(
    data: Path, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_TEST_FANS", 40)
    before = {path.name for path in out.iterdir()}
    assert command.main(["--data", str(data), "--out", str(out), "--fans", "300", "--check", *SVD]) == 0
    table = dict(re.findall(r"^(\S.*?)  +((?:-?[\d.]+|nan) +-?[\d.]+)$", capsys.readouterr().out, re.MULTILINE))
    assert len(table) == 20
    real, simulated = map(float, table["SVD's predictions for real fans: correlation"].split())
    assert real > 0.5
    assert simulated > 0.5
    assert {path.name for path in out.iterdir()} == before
