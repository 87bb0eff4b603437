"""The benchmark of search runs on a small catalogue and prints times and memory."""

from pathlib import Path

from recsys.data import catalogue, manifest
from recsys.types import Title
from scripts import benchmark


def test_it_searches_for_the_names_of_a_catalogue(tmp_path: Path, capsys):
    titles = [Title(1, "Yuusha Ou", title_english="King of Braves"), Title(2, "Hana", title_japanese="花")]
    with manifest.writing(tmp_path, data_set="made up", sources=[]) as batch:
        catalogue.add_to(batch, titles)
    assert benchmark.main(["search", "--artifacts", str(tmp_path), "--repeats", "1"]) == 0
    printed = capsys.readouterr().out
    assert "2 titles with 4 names; 4 of these searched for" in printed
    assert "MB" in printed


def test_without_artifacts_it_says_so(tmp_path: Path, capsys):
    assert benchmark.main(["search", "--artifacts", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")
