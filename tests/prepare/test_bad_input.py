"""Bad raw files: valid rows are read, bad rows counted, bad files named, and existing artifacts stay."""

import gzip
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys.prepare.pipeline import prepare
from recsys.prepare.workspace import Options, Workspace
from scripts import prepare as command
from tests.prepare import rawset
from tests.prepare.rawset import AZATHOTH, SMALL, TITLES, USERS, Row, good, lists_file, rows_of


def damage(folder: Path, change: str) -> None:
    """Change the format of the good set's lists, or add a row."""
    path = lists_file(folder)
    text = path.read_bytes().decode()
    header, body = text.split("\r\n", 1)
    tail = ",".join(["fan7", "6", "1", "", "", "5", "2", "", "", "2016-01-01 00:00:00", ""]) + "\n"
    changed = {
        "byte-order mark": "\ufeff" + text,
        "unix lines": text.replace("\r\n", "\n"),
        "mac lines": text.replace("\r\n", "\r"),
        "mixed lines": text + tail,
        "blank lines": text + "\n\r\n\n",
        "no last line break": text.rstrip(),
        "quotes everywhere": header + "\n" + body.replace("\r\n", "\n").replace("fan7,1,", '"fan7","1",'),
        "other order": None,
        "upper case": header.upper() + "\r\n" + body,
    }[change]
    if changed is None:
        table = [line.split(",")[::-1] for line in text.split("\r\n") if line]
        changed = "".join(",".join(line) + "\n" for line in table)
    path.write_text(changed, newline="")


@pytest.mark.parametrize(
    "change",
    [
        "byte-order mark",
        "unix lines",
        "mac lines",
        "mixed lines",
        "blank lines",
        "no last line break",
        "quotes everywhere",
        "other order",
        "upper case",
    ],
)
def test_harmless_differences_change_nothing(tmp_path: Path, change: str) -> None:
    folder = good(tmp_path / "raw")
    damage(folder, change)
    report = prepare(folder, tmp_path / "out", SMALL)
    assert rows_of(tmp_path / "out", "ratings.parquet") == [(7, 1, 7), (7, 5, 7), (8, 1, 8), (8, 5, 8)]
    assert {reason: n for reason, n in report.sources[0].dropped.items() if n} == (
        {"sparse title": 1} if change == "mixed lines" else {}
    )


GARBAGE = np.random.default_rng(0).bytes(100_000).replace(b"\n", b"").replace(b"\r", b"")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"fan7,1", "malformed line"),
        (b'fan7,1,1,,,5,2,,,2016-01-01 00:00:00,"never closed', "malformed line"),
        (b'fan7,1,1,,,5,2,,,2016-01-01 00:00:00,"closed" too early', "malformed line"),
        (b"fan7,1,1,,,5,2,,,2016-01-01 00:00:00,,one,more", "malformed line"),
        (b"fan7;1;1;;;5;2;;;2016-01-01 00:00:00;", "malformed line"),
        (b"\xff\xfe,1,1,,,5,2,,,2016-01-01 00:00:00,", "malformed line"),
        (b"fan7,\x01,1,,,5,2,,,2016-01-01 00:00:00,", "malformed line"),
        (b"fan\x007,1,1,,,5,2,,,2016-01-01 00:00:00,", "unknown user"),
        (b"x" * 3_000_000, "malformed line"),
        (GARBAGE, "malformed line"),
        (b",1,1,,,5,2,,,2016-01-01 00:00:00,", "malformed fan"),
        (b"fan7,1000000000000,1,,,5,2,,,2016-01-01 00:00:00,", "malformed title id"),
        (b"fan7,99999999999999999999999999,1,,,5,2,,,2016-01-01 00:00:00,", "malformed title id"),
        (b"fan7,,1,,,5,2,,,2016-01-01 00:00:00,", "malformed title id"),
        (b"fan7,1,1,,,NaN,2,,,2016-01-01 00:00:00,", "malformed score"),
        (b"fan7,1,1,,,1e999,2,,,2016-01-01 00:00:00,", "malformed score"),
        (b"fan7,1,1,,,11,2,,,2016-01-01 00:00:00,", "score outside 1-10"),
        (b"fan7,2,1,,,5,2,,,2016-01-01 00:00:00,", "unknown title"),
        (b"nobody,1,1,,,5,2,,,2016-01-01 00:00:00,", "unknown user"),
    ],
)
def test_a_bad_row_is_dropped_and_counted_once(tmp_path: Path, line: bytes, reason: str) -> None:
    folder = good(tmp_path / "raw")
    path = lists_file(folder)
    header, first, rest = path.read_bytes().split(b"\r\n", 2)
    path.write_bytes(b"\r\n".join([header, first, line, rest]))
    report = prepare(folder, tmp_path / "out", SMALL)
    assert {name: n for name, n in report.sources[0].dropped.items() if n} == {reason: 1}
    assert report.sources[0].rows_in == 5
    assert rows_of(tmp_path / "out", "ratings.parquet") == [(7, 1, 7), (7, 5, 7), (8, 1, 8), (8, 5, 8)]


def without_column(folder: Path, name: str, column: str) -> None:
    path = folder / name
    path.write_text(path.read_text().replace(column, "something_else", 1))


#: How a good set is damaged -> what the error must name.
FATAL = {
    "no lists": (lambda f: lists_file(f).unlink(), ["animelists_cleaned.csv", "my_score"]),
    "no titles": (lambda f: (f / "anime_cleaned.csv").unlink(), ["anime_cleaned.csv"]),
    "no fans": (lambda f: (f / "users_cleaned.csv").unlink(), ["users_cleaned.csv"]),
    "no score column": (
        lambda f: without_column(f, "animelists_cleaned.csv", "my_score"),
        ["animelists_cleaned.csv", "my_score"],
    ),
    "no fan id column": (lambda f: without_column(f, "users_cleaned.csv", "user_id"), ["users_cleaned.csv", "user_id"]),
    "no title id column": (lambda f: without_column(f, "anime_cleaned.csv", "anime_id"), ["anime_cleaned.csv"]),
    "wrong delimiter": (
        lambda f: lists_file(f).write_text(lists_file(f).read_text().replace(",", ";")),
        ["animelists_cleaned.csv", "';'"],
    ),
    "empty file": (lambda f: lists_file(f).write_bytes(b""), ["animelists_cleaned.csv is empty"]),
    "header only": (
        lambda f: lists_file(f).write_text(",".join(rawset.LIST_HEADER) + "\n"),
        ["animelists_cleaned.csv"],
    ),
    "binary": (lambda f: lists_file(f).write_bytes(b"\x80\x00\xff" * 9999), ["animelists_cleaned.csv"]),
    "UTF-16": (
        lambda f: lists_file(f).write_bytes(lists_file(f).read_text().encode("utf-16")),
        ["animelists_cleaned.csv", "UTF-8"],
    ),
    "no gzip": (lambda f: lists_file(f).rename(f / "animelists_cleaned.csv.gz"), ["animelists_cleaned.csv.gz"]),
    "half a gzip": (
        lambda f: (
            (f / "animelists_cleaned.csv.gz").write_bytes(
                gzip.compress(lists_file(f).read_bytes() + np.random.default_rng(0).bytes(300_000))[:-100_000]
            ),
            (f / "animelists_cleaned.csv").unlink(),
        ),
        ["animelists_cleaned.csv.gz"],
    ),
    "plain and gzipped": (
        lambda f: (f / "animelists_cleaned.csv.gz").write_bytes(gzip.compress(lists_file(f).read_bytes())),
        ["animelists_cleaned.csv", "animelists_cleaned.csv.gz"],
    ),
    "only unscored": (
        lambda f: rawset.write(f, AZATHOTH, [Row("7", "1", "0"), Row("8", "5", "99")], TITLES, USERS),
        ["score 0 1", "score outside 1-10 1"],
    ),
    "no files": (lambda f: [path.unlink() for path in f.iterdir()], ["no .csv", "azathoth42"]),
    "no folder": (lambda f: f.rename(f.with_name("elsewhere")), ["raw"]),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(good(folder / "raw"), folder / "out", SMALL)
    return folder / "out"


@pytest.mark.parametrize("case", FATAL)
def test_what_cannot_be_prepared_is_named_and_existing_artifacts_stay(
    tmp_path: Path, prepared: Path, case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # without the shipped catalogue, whose franchises take seconds
    folder, out = good(tmp_path / "raw"), shutil.copytree(prepared, tmp_path / "out")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    spoil, names = FATAL[case]
    spoil(folder)
    assert command.main(["--source", str(folder), "--out", str(out)]) == 2
    message = capsys.readouterr().err
    for name in names:
        assert name in message
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_the_temporary_folder_of_a_killed_run_is_removed_by_the_next(tmp_path: Path) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    options = replace(SMALL, temp_dir=temp)
    killed = (
        "import os, sys; from pathlib import Path; from recsys.prepare.workspace import Options, Workspace\n"
        "with Workspace(Options(temp_dir=Path(sys.argv[1]))): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", killed, temp], check=False).returncode == 9
    (temp / "anime-alchemy-prepare-other").mkdir()  # without the file that says whose it is
    with Workspace(options) as running:
        left = {path.name for path in temp.iterdir()}
        assert left == {"anime-alchemy-prepare-other", Path(running._folder.name).name}
        prepare(good(tmp_path / "raw"), tmp_path / "out", options)
        assert Path(running._folder.name).exists()  # still in use
    assert [path.name for path in temp.iterdir()] == ["anime-alchemy-prepare-other"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("room", [5_000])
def test_a_full_temporary_folder_is_named_and_not_the_source(tmp_path: Path, room: int) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from scripts import prepare\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)\n"
        "sys.exit(prepare.main(['--source', sys.argv[1], '--out', sys.argv[2], '--temp-dir', sys.argv[3]]))"
    )
    raw, temp = good(tmp_path / "raw"), tmp_path / "temp"
    temp.mkdir()
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, raw, tmp_path / "out", temp, str(room)]
    where = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(root)}}  # without the shipped catalogue
    done = subprocess.run(command, **where, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert "--temp-dir" in line
    assert str(raw) not in line
    assert "Traceback" not in done.stderr


def test_lists_far_beyond_the_memory_limit_are_prepared(tmp_path: Path) -> None:
    fans, titles = range(1000), range(1, 401)
    rows = (Row(str(fan), str(title), "7") for fan in fans for title in titles)
    raw = rawset.write(tmp_path / "raw", AZATHOTH, rows, titles, fans)
    report = prepare(raw, tmp_path / "out", Options(memory_limit="60MB", threads=1))
    assert report.rows_out["ratings.parquet"] == len(fans) * len(titles)
