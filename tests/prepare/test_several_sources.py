"""Several sources are prepared together: the rule counts all ratings, and fans keep their ids and parts."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from recsys.data import manifest
from recsys.data.ratings import RatingsStore, load_lists
from recsys.errors import DataError
from recsys.prepare import watching
from recsys.prepare.pipeline import Report, prepare
from recsys.simulation import lists as simulated
from recsys.types import Title
from scripts import prepare as command
from tests.prepare import rawset
from tests.prepare.rawset import AZATHOTH, COOPER_UNION, HERNAN, SMALL, TITLES, Row, good, rows_of, write_watching

RAISED = 2**53
REAL = Path(__file__).parents[3] / "shared" / "data"


def hashed(name: str, place: int = 0) -> int:
    """A watching list's fan's id: 13 hexadecimal digits of the hash of the name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[13 * place : 13 * place + 13], 16)


def test_two_sets_are_prepared_as_one_set_of_all_their_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cells = [(u, i) for u in range(1, 21) for i in range(1, 13) if rng.random() < 0.6]
    rows = [Row(str(u), str(i), str(rng.integers(0, 11)), status=str(rng.choice([1, 2, 6]))) for u, i in cells]
    halves = [[row for row in rows if int(row.user) % 2 == odd] for odd in (0, 1)]
    whole = rawset.write(tmp_path / "whole", AZATHOTH, rows, range(1, 13), range(1, 21))
    first = rawset.write(tmp_path / "a", AZATHOTH, halves[0], range(1, 8), range(2, 21, 2))
    second = rawset.write(tmp_path / "b", AZATHOTH, halves[1], range(8, 13), range(1, 21, 2))
    options = rawset.Options(more_than=5, threads=1)
    report = prepare([first, second], tmp_path / "out", options)
    alone = prepare(whole, tmp_path / "one", options)
    for name in ("ratings.parquet", "unscored.parquet", "users.parquet", "title_stats.parquet"):
        assert rows_of(tmp_path / "out", name) == rows_of(tmp_path / "one", name), name
    assert report.rows_out == alone.rows_out
    for reason, count in alone.sources[0].dropped.items():
        assert count == sum(one.dropped[reason] for one in report.sources), reason
    for name in ("rows_in", "ratings", "unscored", "fans"):
        assert getattr(alone.sources[0], name) == sum(getattr(one, name) for one in report.sources), name
    for one in report.sources:
        assert one.rows_in == one.ratings + sum(one.dropped.values())


def test_a_later_sets_fans_keep_their_ids_unless_one_is_taken(tmp_path: Path) -> None:
    first = good(tmp_path / "a", COOPER_UNION)  # fans 7 and 8
    rows = [Row(user, title, "5") for user in ("9", "10") for title in ("1", "5")]
    apart = rawset.write(tmp_path / "b", HERNAN, rows, TITLES)
    assert [one.id_offset for one in prepare([first, apart], tmp_path / "out", SMALL).sources] == [0, 0]
    assert [user for user, _ in rows_of(tmp_path / "out", "users.parquet")] == [7, 8, 9, 10]
    for name, more in (("c", rows), ("d", rows[::-1])):
        rows_in_any_order = [*more, Row("8", "1", "6"), Row("8", "5", "6")]
        clash = rawset.write(tmp_path / name, HERNAN, rows_in_any_order, TITLES)
        report = prepare([first, apart, clash], tmp_path / "out", SMALL)
        assert [one.id_offset for one in report.sources] == [0, 0, 2 * RAISED]
        users = dict(rows_of(tmp_path / "out", "users.parquet"))
        assert users == {
            7: "user-7", 8: "user-8", 9: "user-9", 10: "user-10",
            2 * RAISED + 8: "user-8 (3)", 2 * RAISED + 9: "user-9 (3)", 2 * RAISED + 10: "user-10 (3)",
        }  # fmt: skip
        assert (2 * RAISED + 8, 1, 6) in rows_of(tmp_path / "out", "ratings.parquet")
    assert RatingsStore(tmp_path / "out").profile("user-8 (3)").scores == {1: 6, 5: 6}


def test_watching_lists_add_fans_without_ratings(tmp_path: Path) -> None:
    rows = [("Ann", 5, 1), ("Ann", 77, 2), ("Bo", 900, 1), ("Ann", 1, 3), ("Ann", 5, 4), ("Cy", 901, 1)]
    shelf = write_watching(tmp_path / "shelf.csv.gz", rows)
    alone, out = tmp_path / "alone", tmp_path / "out"
    prepare(good(tmp_path / "raw"), alone, SMALL)
    report = prepare([tmp_path / "raw", shelf], out, SMALL, base=[Title(900, "Only in the catalogue")])
    for name in ("ratings.parquet", "title_stats.parquet"):
        assert rows_of(out, name) == rows_of(alone, name)
    ann, bo = hashed("Ann"), hashed("Bo")
    assert rows_of(out, "unscored.parquet") == sorted([(ann, 1, 1), (ann, 5, 1), (bo, 900, 1)])
    assert rows_of(out, "users.parquet") == sorted([(7, "fan7"), (8, "fan8"), (ann, "Ann"), (bo, "Bo")])
    one = report.sources[1]
    assert {reason: n for reason, n in one.dropped.items() if n} == {"unknown title": 2, "duplicate": 1}
    assert (one.rows_in, one.ratings, one.unscored, one.fans) == (6, 0, 3, 2)
    assert (report.fans, report.titles) == (2, 2)  # of the article's figures, which count ratings
    store = RatingsStore(out)
    assert store.n_fans == 4
    assert store.profile("ann").watching == {1, 5}
    assert not store.profile("ann").scores
    assert load_lists(out).unscored.statuses.tolist() == [1, 1, 1]
    assert [lists.n_fans for lists in simulated.load_lists(out, np.array([1, 5, 900]))] == [
        2,
        2,
    ]  # with scores, without


def test_a_watching_fans_id_depends_on_the_name_alone(tmp_path: Path) -> None:
    raw = good(tmp_path / "raw")
    ids = []
    for number, rows in enumerate([[("Ann", 1, 1)], [("Zoe", 5, 1), ("Bo", 5, 1), (" Ann ", 6, 9), ("ann", 1, 1)]]):
        shelf = write_watching(tmp_path / f"shelf{number}.csv", rows)
        prepare([shelf, raw] if number else [raw, shelf], tmp_path / "out", SMALL)
        names = {name: user for user, name in rows_of(tmp_path / "out", "users.parquet")}
        ids.append(names["Ann"])
        assert (names["fan7"], names["fan8"]) == (7, 8)
    assert ids == [hashed("Ann")] * 2


def test_a_watching_fan_whose_id_is_taken_gets_another(tmp_path: Path) -> None:
    rows = [Row(user, title, "5") for user in (str(hashed("Ann")), "7") for title in ("1", "5")]
    raw = rawset.write(tmp_path / "raw", COOPER_UNION, rows, TITLES)
    first = write_watching(tmp_path / "first.csv", [("Ann", 1, 1), ("Bo", 1, 1)])
    second = write_watching(tmp_path / "second.csv", [("Bo", 5, 1)])
    prepare([first, raw, second], tmp_path / "out", SMALL)
    users = dict(rows_of(tmp_path / "out", "users.parquet"))
    assert users[hashed("Ann", place=1)] == "Ann"
    assert (users[hashed("Bo")], users[hashed("Bo", place=1)]) == ("Bo", "Bo (3)")


def test_fans_of_one_watching_list_never_share_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_DIGITS", 1)  # 16 ids
    raw, names = rawset.write(tmp_path / "raw", COOPER_UNION, [Row(u, "1", "5") for u in ("90", "91")], [1]), "abcdef"
    assert len({hashlib.sha256(name.encode()).hexdigest()[0] for name in names}) < len(names)
    found = []
    for order in (names, names[::-1]):
        shelf = write_watching(tmp_path / "shelf.csv", [(name, 1, 1) for name in order])
        prepare([raw, shelf], tmp_path / "out", rawset.Options(more_than=0, threads=1))
        found.append(rows_of(tmp_path / "out", "users.parquet"))
    assert found[0] == found[1]
    assert len({user for user, _ in found[0]}) == len(names) + 2
    write_watching(shelf, [(f"fan {number}", 1, 1) for number in range(17)])
    with pytest.raises(DataError, match=r"shelf\.csv have the same id"):
        prepare([raw, shelf], tmp_path / "out", rawset.Options(more_than=0, threads=1))


def test_names_are_unique_even_if_one_looks_like_anothers_new_name(tmp_path: Path) -> None:
    shelves = [
        write_watching(tmp_path / f"shelf{i}.csv", [(name, 1, 1) for name in names])
        for i, names in enumerate([["fan7", "fan7 (2)"], ["fan7", "fan7 (2)", "fan8 (2)"]])
    ]
    prepare([good(tmp_path / "raw"), *shelves], tmp_path / "out", SMALL)
    names = [name for _, name in rows_of(tmp_path / "out", "users.parquet")]
    assert len(set(names)) == len(names) == 7
    assert {"fan7", "fan8", "fan8 (2)"} <= set(names)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Ann", "malformed line"),
        ("Ann,1,2,3", "malformed line"),
        ('"Ann,1,2', "malformed line"),
        (" ,1,2", "malformed fan"),
        ("Ann,x,2", "malformed title id"),
        ("Ann,0,2", "malformed title id"),
        ("Ann,4000000000,2", "malformed title id"),
        ("Ann,99,2", "unknown title"),
        ("Ann,1,2", "duplicate"),
    ],
)
def test_a_bad_row_of_a_watching_list_is_dropped_and_counted_once(tmp_path: Path, line: str, reason: str) -> None:
    shelf = write_watching(tmp_path / "shelf.csv", [("Ann", 1, 1), ("Ann", "5.0", "")])
    shelf.write_text(shelf.read_text() + line + "\n")
    one = prepare([good(tmp_path / "raw"), shelf], tmp_path / "out", SMALL).sources[1]
    assert {name: n for name, n in one.dropped.items() if n} == {reason: 1}
    assert one.rows_in == 3
    assert rows_of(tmp_path / "out", "unscored.parquet") == [(hashed("Ann"), i, 1) for i in (1, 5)]


@pytest.mark.parametrize(
    ("header", "row"),
    [("fan,anime_id", ("Ann", 1)), ("position,Anime_ID,FAN", ("x", 1, "Ann")), ("fan,anime_id,more", ("Ann", 1, "-"))],
)
def test_position_is_not_used_and_columns_may_be_in_any_order(tmp_path: Path, header: str, row: tuple) -> None:
    write_watching(tmp_path / "only" / "any name.csv", [row], header)
    prepare([good(tmp_path / "raw"), tmp_path / "only"], tmp_path / "out", SMALL)
    assert rows_of(tmp_path / "out", "unscored.parquet") == [(hashed("Ann"), 1, 1)]


def test_the_manifest_describes_every_source(tmp_path: Path) -> None:
    shelf = write_watching(tmp_path / "shelves" / "shelf.csv", [("Ann", 1, 1)])
    paths = [good(tmp_path / "raw"), good(tmp_path / "old", COOPER_UNION), shelf]
    prepare(paths, tmp_path / "out", SMALL)
    files = manifest.read(tmp_path / "out").files
    for name in ("ratings.parquet", "unscored.parquet", "users.parquet", "title_stats.parquet"):
        for said in ("azathoth42/myanimelist", "CooperUnion/", "watching list shelf.csv"):
            assert said in files[name]["data_set"]
        assert "CC0-1.0" in files[name]["licence"]
        assert "not stated" in files[name]["licence"]
        first, second, third = files[name]["read_from"]
        assert (first["file"], first["ratings"], first["id_offset"]) == ("raw/animelists_cleaned.csv", 4, 0)
        assert (second["fans"], second["id_offset"]) == (2, RAISED)
        assert (third["file"], third["rows_in"], third["unscored"]) == ("shelves/shelf.csv", 1, 1)
    prepare(paths, tmp_path / "out", SMALL, described={"data_set": "mine", "licence": "none"})
    entry = manifest.read(tmp_path / "out").files["unscored.parquet"]
    assert (entry["data_set"], entry["licence"]) == ("mine", "none")


#: A list of sources, in a folder with the set raw/ and the watching list shelf.csv -> what the error must name.
FATAL = {
    "a folder twice": (["raw", "shelf.csv", "raw/../raw"], ["raw and", "raw/../raw", "once"]),
    "a file and its folder": (["raw", "only", "only/shelf.csv"], ["only and", "only/shelf.csv", "once"]),
    "only a watching list": (["shelf.csv"], ["no scores"]),
    "no such path": (["raw", "nothing"], ["nothing"]),
    "a set's file": (["raw", "raw/animelists_cleaned.csv"], ["animelists_cleaned.csv lacks", "give its folder"]),
    "beside other files": (["mixed"], ["mixed/shelf.csv", "a source of its own"]),
    "no title id": (["raw", "no_ids.csv"], ["no_ids.csv lacks the column anime_id"]),
    "no title id in a folder": (["raw", "no_ids"], ["no_ids/shelf.csv lacks the column anime_id"]),
    "no fan": (["raw", "no_fans.csv"], ["no_fans.csv lacks the column fan"]),
    "semicolons": (["raw", "semicolons.csv"], ["semicolons.csv", "';'"]),
    "empty": (["raw", "empty.csv"], ["empty.csv is empty"]),
    "header only": (["raw", "header.csv"], ["header.csv is left", "there was none"]),
    "unknown titles only": (["raw", "unknown.csv"], ["unknown.csv is left", "unknown title 2"]),
    "no gzip": (["raw", "text.csv.gz"], ["text.csv.gz"]),
    "half a gzip": (["raw", "half.csv.gz"], ["half.csv.gz"]),
    "a second set without enough ratings": (["raw", "sparse"], ["sparse", "sparse fan 1"]),
}


@pytest.mark.parametrize("case", FATAL)
def test_what_is_no_source_is_named_and_nothing_is_written(
    tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scripts.prepare.prepare", lambda paths, out, _, *rest: prepare(paths, out, SMALL, *rest))
    good(tmp_path / "raw")
    good(tmp_path / "mixed")
    rawset.write(tmp_path / "sparse", COOPER_UNION, [Row("1", "1", "5")], TITLES)
    rows = [("Ann", 1, 1), ("Bo", 5, 1)]
    for name in ("shelf.csv", "only/shelf.csv", "mixed/shelf.csv"):
        write_watching(tmp_path / name, rows)
    for name in ("no_ids.csv", "no_ids/shelf.csv"):
        write_watching(tmp_path / name, rows, "fan,anime,position")
    write_watching(tmp_path / "no_fans.csv", rows, "user,anime_id,position")
    Path("semicolons.csv").write_text("fan;anime_id\nAnn;1\n")
    Path("empty.csv").write_text("")
    write_watching(tmp_path / "header.csv", [])
    write_watching(tmp_path / "unknown.csv", [("Ann", 77, 1), ("Bo", 78, 1)])
    Path("text.csv.gz").write_text("fan,anime_id\nAnn,1\n")
    if case == "half a gzip":
        many = write_watching(tmp_path / "half.csv.gz", [(f"{i * i * 7919:x}", 1, i) for i in range(90_000)])
        many.write_bytes(many.read_bytes()[:-200_000])
    paths, names = FATAL[case]
    assert command.main(["--source", *paths, "--out", "out"]) == 2
    message = capsys.readouterr().err
    for name in names:
        assert name in message
    assert not list(Path("out").glob("*"))


@pytest.mark.parametrize("repeated", [False, True])
def test_the_command_reads_several_sources_and_prints_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repeated: bool
) -> None:
    monkeypatch.chdir(tmp_path)  # without the shipped catalogue, whose franchises take seconds
    rows = [Row(str(u), str(i), "5") for u in range(1, 12) for i in range(1, 12)]
    sets = [rawset.write(tmp_path / name, AZATHOTH, rows, range(1, 12), range(1, 12)) for name in "ab"]
    shelf = write_watching(tmp_path / "shelf.csv", [("Ann", 1, 1), ("Ann", 2, 2), ("Ann", 99_999_999, 3)])
    paths = [str(path) for path in (*sets, shelf)]
    sources = [word for path in paths for word in ("--source", path)] if repeated else ["--source", *paths]
    assert command.main([*sources, "--out", str(tmp_path / "out"), "--data-set", "mine"]) == 0
    said = capsys.readouterr().out
    for text in (f"121 list rows in {sets[1]}", f"some of these fans' ids; added to all: {RAISED}",
                 f"watching list shelf.csv: 3 list rows in {shelf}", "unscored.parquet: 2 rows"):  # fmt: skip
        assert text in said
    assert manifest.read(tmp_path / "out").files["users.parquet"]["data_set"] == "mine"


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/data")
def test_real_sources_add_up_and_keep_their_fans_ids(
    tmp_path: Path, real_lists: tuple[Path, Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recsys.catalogue_build.franchise.annotate", lambda titles, _: list(titles))  # takes long
    paths = [REAL / name for name in ("mal", "mal_more", "watching_2025.csv.gz")]
    report = prepare(paths, tmp_path / "all")
    folder, first = real_lists
    assert report.sources[0].fans == first.sources[0].fans
    for one in report.sources:
        assert one.id_offset == 0
        assert one.rows_in == sum(one.dropped.values()) + (one.ratings or one.unscored)
    everybody, before = (set(rows_of(path, "users.parquet")) for path in (tmp_path / "all", folder))
    assert before < everybody
    assert len(everybody) == len(load_lists(tmp_path / "all").ratings.user_ids)
