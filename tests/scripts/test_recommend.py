"""Recommending for many fans from files, on the shipped artifacts."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import recsys
from scripts import recommend
from tests.lists.workbooks import xlsx

LISTS = {
    "fan": ["ann", "ann", "ann", "bob", "bob", "cem"],
    "anime_id": [5114, 1535, 21, 16498, 999_999_999, 20],
    "score": [10.0, 8.0, None, 9.0, 7.0, None],
}


def write(path, columns):
    pq.write_table(pa.table(columns), path)
    return str(path)


@pytest.fixture
def ratings(tmp_path):
    return write(tmp_path / "fans.parquet", LISTS)


@pytest.fixture
def loaded(shipped_engine, monkeypatch):
    """The shipped models, which the command otherwise loads itself."""
    monkeypatch.setattr(recsys, "load", {Path("artifacts"): shipped_engine}.__getitem__)


def rows(path):
    return pq.read_table(path).to_pylist()


def test_picks_for_many_fans_equal_those_for_one(tmp_path, ratings, shipped_engine):
    out = tmp_path / "picks.parquet"
    assert recommend.main(["--ratings", ratings, "--model", "svd", "-n", "5", "--out", str(out)]) == 0
    found = rows(out)
    assert list(found[0]) == ["fan", "rank", "anime_id", "predicted", "low", "high"]
    assert [(row["fan"], row["rank"]) for row in found] == [
        (fan, k) for fan in ("ann", "bob", "cem") for k in range(1, 6)
    ]
    alone = shipped_engine.recommend(recsys.Profile(scores={5114: 10, 1535: 8}, seen={21}), "svd", 5)
    assert [row["anime_id"] for row in found[:5]] == [pick.anime_id for pick in alone]
    assert [row["predicted"] for row in found[:5]] == pytest.approx([pick.predicted for pick in alone])
    assert not {row["anime_id"] for row in found[:5]} & {5114, 1535, 21}


@pytest.mark.usefixtures("loaded")
def test_pairs_and_fans_without_a_list(tmp_path, ratings, capsys):
    pairs = write(tmp_path / "pairs.parquet", {"fan": ["ann", "zoe", "ann"], "anime_id": [30276, 5114, 999_999_999]})
    out = tmp_path / "scores.parquet"
    assert recommend.main(["--ratings", ratings, "--pairs", pairs, "--model", "svd", "--out", str(out)]) == 0
    found = {(row["fan"], row["anime_id"]): row for row in rows(out)}
    assert found.keys() == {("ann", 30276), ("ann", 999_999_999), ("zoe", 5114)}
    for row in found.values():
        assert 1 <= row["low"] <= row["predicted"] <= row["high"] <= 10
    assert "2 predictions are not personal" in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_pairs_come_by_fan_and_title_whatever_the_order_of_the_files(tmp_path, ratings, shipped_engine):
    pairs = {"fan": ["zoe", "cem", "ann", "ann", "ada"], "anime_id": [5114, 21, 30276, 1, 5114]}
    out = tmp_path / "scores.parquet"
    path = write(tmp_path / "pairs.parquet", pairs)
    assert recommend.main(["--ratings", ratings, "--pairs", path, "--model", "svd", "--out", str(out)]) == 0
    found = rows(out)
    assert [(row["fan"], row["anime_id"]) for row in found] == sorted(zip(*pairs.values(), strict=True))
    lists = {"ann": recsys.Profile({1535: 8, 5114: 10}, {21}), "cem": recsys.Profile(seen={20})}
    for row in found:
        (alone,) = shipped_engine.predict(lists.get(row["fan"], recsys.Profile()), [row["anime_id"]], "svd")
        assert row["predicted"] == pytest.approx(alone.predicted)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"fan": [1], "anime_id": [5114]}, "column fan is int64, but string"),
        ({"fan": ["ann"], "anime_id": pa.array([None], pa.int64())}, "1 rows have no anime_id"),
        ({"fan": ["ann"]}, "no column anime_id"),
    ],
)
def test_bad_pairs_are_named(tmp_path, ratings, capsys, columns, said):
    path, out = write(tmp_path / "pairs.parquet", columns), tmp_path / "scores.parquet"
    assert recommend.main(["--ratings", ratings, "--pairs", path, "--model", "svd", "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.usefixtures("loaded")
def test_no_fans_are_no_rows(tmp_path):
    nobody = {"fan": pa.array([], pa.string()), "anime_id": pa.array([], pa.int64()), "score": pa.array([], pa.int8())}
    path, out = write(tmp_path / "fans.parquet", nobody), tmp_path / "picks.parquet"
    assert recommend.main(["--ratings", path, "--model", "popularity", "--out", str(out)]) == 0
    assert rows(out) == []
    pairs = write(tmp_path / "pairs.parquet", {"fan": ["ann"], "anime_id": [5114]})
    assert recommend.main(["--ratings", path, "--pairs", pairs, "--model", "popularity", "--out", str(out)]) == 0
    assert [row["fan"] for row in rows(out)] == ["ann"]


@pytest.mark.usefixtures("loaded")
def test_integer_fans_stay_integers(tmp_path):
    path = write(tmp_path / "fans.parquet", {"fan": [3, 3], "anime_id": [5114, 1535], "score": [9, 8]})
    out = tmp_path / "picks.parquet"
    assert recommend.main(["--ratings", path, "--model", "popularity", "-n", "1", "--out", str(out)]) == 0
    assert rows(out)[0]["fan"] == 3


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"fan": ["a"], "anime_id": [1]}, "no column score"),
        ({"fan": ["a"], "anime_id": ["x"], "score": [5.0]}, "anime_id is"),
        ({"fan": ["a"], "anime_id": [1], "score": [11.0]}, "outside 1-10"),
        ({"fan": ["a"], "anime_id": [1], "score": [float("nan")]}, "outside 1-10"),
        ({"fan": [None], "anime_id": [1], "score": [5.0]}, "no fan"),
        ({"fan": ["a"], "anime_id": [-1], "score": [5.0]}, "-1 is not an anime id"),
    ],
)
def test_bad_files_are_named_and_nothing_is_written(tmp_path, capsys, columns, said):
    path = write(tmp_path / "fans.parquet", columns)
    out = tmp_path / "picks.parquet"
    assert recommend.main(["--ratings", path, "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "fans.parquet"]


@pytest.mark.usefixtures("loaded")
def test_predictions_do_not_depend_on_the_order_of_the_rows(tmp_path):
    rng = np.random.default_rng(0)
    titles = rng.choice(pq.read_table("artifacts/title_stats.parquet")["anime_id"].to_numpy(), 60, replace=False)
    found = []
    for order in (np.arange(60), rng.permutation(60)):
        scores = (order % 10 + 1).astype(float)
        path = write(tmp_path / "fans.parquet", {"fan": ["ann"] * 60, "anime_id": titles[order], "score": scores})
        assert recommend.main(["--ratings", path, "--model", "svd", "--out", str(tmp_path / "out")]) == 0
        found.append(rows(tmp_path / "out"))
    assert found[0] == found[1]


def test_a_file_that_is_not_parquet(tmp_path, capsys):
    path = tmp_path / "fans.parquet"
    path.write_bytes(b"fan,anime_id,score\n")
    assert recommend.main(["--ratings", str(path), "--out", str(tmp_path / "out")]) == 2
    assert str(path) in capsys.readouterr().err


def an_export(path, text):
    """Write an export with `text` for a title; give its path."""
    path.write_text(
        f"<myanimelist><myinfo><user_name>m</user_name></myinfo><anime><series_title>{text}</series_title>"
        "<series_animedb_id>5114</series_animedb_id><my_score>9</my_score><my_status>Completed</my_status></anime>"
        "<anime><my_score>9</my_score></anime></myanimelist>"
    )
    return path


@pytest.mark.usefixtures("loaded")
def test_one_export_as_json(tmp_path, capsys):
    export = an_export(tmp_path / "export.xml", "Ghost &amp; Tea")
    assert recommend.main(["--mal-xml", str(export), "--model", "svd", "-n", "3", "--json"]) == 0
    picks = json.loads(capsys.readouterr().out)
    assert len(picks) == 3
    assert 5114 not in [pick["anime_id"] for pick in picks]


@pytest.mark.usefixtures("loaded")
def test_a_repaired_export_is_read_and_the_repair_is_printed(tmp_path, capsys):
    export = an_export(tmp_path / "export.xml", "Ghost & Tea")
    export.write_text('\n<?xml version="1.0"?>\n' + export.read_text())
    assert recommend.main(["--mal-xml", str(export), "--model", "popularity", "-n", "3", "--json"]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == 3
    assert "before the XML declaration" in err
    assert "1 character (&, < or ]]>)" in err
    assert "1 left out: no MyAnimeList id." in err


@pytest.mark.usefixtures("loaded")
def test_a_list_of_any_kind_with_its_report(tmp_path, capsys):
    path = tmp_path / "my list.txt"
    path.write_text("Finished:\n- Cowboy Bebop: 17/20\n- Monster: 4\nWant to watch:\n- Akira\n- ☂☂☂☂\n")
    assert recommend.main(["--list", str(path), "--scale", "5", "--model", "popularity", "-n", "3", "--json"]) == 0
    out, err = capsys.readouterr()
    assert not {1, 19} & {pick["anime_id"] for pick in json.loads(out)}
    assert "4 rows: 2 scored, 1 planned, 1 left out." in err
    assert "Row 6, ☂☂☂☂: no title like this in the catalogue." in err


@pytest.mark.usefixtures("loaded")
def test_the_sheets_of_a_workbook(tmp_path, capsys):
    path = tmp_path / "us.xlsx"
    mine = [["Title", "Score"], ["Cowboy Bebop", 8], ["Monster", 9]]
    path.write_bytes(xlsx({"Anna": mine, "Ben": [["Title", "Score"], ["Cowboy Bebop", 5], ["Monster", 4]]}))
    asked = ["--list", str(path), "--model", "popularity", "-n", "3"]
    assert recommend.main(asked) == 2
    assert "Name them with --sheet" in capsys.readouterr().err
    assert recommend.main([*asked, "--sheet", "Ben"]) == 0
    out, err = capsys.readouterr()
    assert "2 scored and 0 unscored" in out
    assert "Sheets read: “Ben”." in err
    assert recommend.main([*asked, "--sheet", "Cleo"]) == 2
    assert "choose among: Anna, Ben" in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_a_damaged_export_is_named_with_its_line(tmp_path, capsys):
    export = an_export(tmp_path / "export.xml", "\n</anime>")
    assert recommend.main(["--mal-xml", str(export), "--model", "popularity"]) == 2
    assert "line 2: mismatched tag" in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_unknown_model(tmp_path, ratings, capsys):
    assert recommend.main(["--ratings", ratings, "--model", "nope", "--out", str(tmp_path / "out")]) == 2
    assert "no model 'nope'" in capsys.readouterr().err
