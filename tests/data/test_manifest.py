"""Artifacts change in one step even when the writer is killed, and damaged ones are refused."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from recsys.data import manifest
from recsys.errors import ArtifactError

NAMES = ("a.parquet", "models/m.safetensors")


def write(folder: Path, content: str, names: tuple[str, ...] = NAMES) -> None:
    with manifest.writing(folder, data_set="test", licence="CC0-1.0") as batch:
        for name in names:
            batch.path(name, rows=1).write_text(content + name)
        batch.model("m", file=names[-1], metrics={"rmse": 1.5})


def content(folder: Path) -> str:
    """The content of the files, which must be the same in all. Every checksum must be right."""
    read = manifest.read(folder)
    texts = {read.path(name).read_text().removesuffix(name) for name in read.files}
    assert len(texts) == 1, texts
    return texts.pop()


def test_entries_describe_files_and_models(tmp_path: Path) -> None:
    write(tmp_path, "old")
    read = manifest.read(tmp_path)
    entry = read.files["a.parquet"]
    assert entry["data_set"] == "test"
    assert entry["licence"] == "CC0-1.0"
    assert entry["rows"] == 1
    assert entry["bytes"] == len("olda.parquet")
    assert set(entry["made"]) == {"command", "date", "commit"}
    assert read.models["m"]["metrics"] == {"rmse": 1.5}
    assert content(tmp_path) == "old"


def test_an_artifact_can_be_described_after_it_is_written(tmp_path: Path) -> None:
    with manifest.writing(tmp_path, data_set="test") as batch:
        batch.path("a.parquet", rows=1).write_text("a")
        batch.describe("a.parquet", rows=2, note="counted")
        with pytest.raises(KeyError):
            batch.describe("b.parquet", rows=3)
    (entry,) = manifest.read(tmp_path).files.values()
    assert (entry["rows"], entry["note"], entry["data_set"]) == (2, "counted", "test")


def test_a_change_keeps_what_it_does_not_mention(tmp_path: Path) -> None:
    write(tmp_path, "old")
    with manifest.writing(tmp_path) as batch:
        batch.path("b.json").write_text("{}")
        batch.model("m", note="kept beside the metrics")
    read = manifest.read(tmp_path)
    assert set(read.files) == {*NAMES, "b.json"}
    assert read.path("a.parquet").read_text() == "olda.parquet"
    assert read.models["m"]["metrics"] == {"rmse": 1.5}


def test_an_exception_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "old")
    before = sorted(tmp_path.rglob("*"))

    def fail() -> None:
        with manifest.writing(tmp_path) as batch:
            batch.path("a.parquet").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert content(tmp_path) == "old"
    assert sorted(tmp_path.rglob("*")) == before


#: Writes over old artifacts and dies by SIGKILL just before its n-th access to the file system, for every n; each time
#: in a child of its own, until a child lives to the end. Prints one folder per line.
KILLER = """
import os, shutil, signal, sys
from pathlib import Path
from recsys.data import manifest

base = Path(sys.argv[1])
manifest._how_made = lambda: {}
EVENTS = ("open", "os.", "shutil.", "tempfile.")

def die_before(n):
    left = n
    def hook(event, arguments):
        nonlocal left
        if event.startswith(EVENTS):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

for n in range(1, 1000):
    folder = base / str(n)
    shutil.copytree(base / "old", folder)
    child = os.fork()
    if child == 0:
        die_before(n)
        with manifest.writing(folder, data_set="test") as batch:
            for name in ("a.parquet", "models/m.safetensors"):
                batch.path(name, rows=1).write_text("new" + name)
        os._exit(0)
    print(folder, flush=True)
    if os.waitpid(child, 0)[1] == 0:
        break
else:
    sys.exit("never came to an end")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills a forked child")
def test_killed_at_any_moment_the_artifacts_are_complete(tmp_path: Path) -> None:
    write(tmp_path / "old", "old")
    killer = subprocess.run([sys.executable, "-c", KILLER, str(tmp_path)], capture_output=True, text=True, check=True)
    outcomes = [content(Path(folder)) for folder in killer.stdout.split()]
    assert len(outcomes) > 20  # else the killer missed the moments that matter
    assert outcomes[0] == "old"
    assert outcomes[-1] == "new"
    assert outcomes == sorted(outcomes, reverse=True)  # old until one moment, new from then on
    for folder in killer.stdout.split():
        write(Path(folder), "next")
        assert content(Path(folder)) == "next"


def test_writers_take_turns(tmp_path: Path) -> None:
    threads = [threading.Thread(target=write, args=(tmp_path, "x", (f"{i}.json", f"{i}/m.json"))) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(manifest.read(tmp_path).files) == 16
    assert content(tmp_path) == "x"


def test_files_of_a_killed_writer_are_removed_after_a_day(tmp_path: Path) -> None:
    for name, age in ((".staging-old", 2 * 24 * 3600), (".staging-new", 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.parquet").write_text("half")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    write(tmp_path, "new")
    assert not (tmp_path / ".staging-old").exists()
    assert (tmp_path / ".staging-new").exists()  # its writer may be at work
    assert content(tmp_path) == "new"


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, "old")
    damages = {
        "changed": lambda path: path.write_text("OLD" + name),
        "truncated": lambda path: path.write_text("ol"),
        "missing": Path.unlink,
    }
    for damage in damages.values():
        write(tmp_path, "old")
        damage(tmp_path / name)
        with pytest.raises(ArtifactError, match=name):
            manifest.read(tmp_path).path(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"text"',
        "{}",
        '{"format_version": 1, "files": []}',
        '{"format_version": 1, "files": {"a": 3}}',
        '{"format_version": 1, "models": {"svd": null}}',
        "[" * 100_000,
        "\x00\x01",
    ],
)
def test_a_damaged_manifest_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / manifest.NAME).write_text(text)
    with pytest.raises(ArtifactError, match=manifest.NAME):
        manifest.read(tmp_path)


def test_a_manifest_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_bytes(b"\xff\xfe{}")
    with pytest.raises(ArtifactError, match=manifest.NAME):
        manifest.read(tmp_path)


def test_another_version_is_refused_with_both_numbers(tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_text(json.dumps({"format_version": 99, "files": {}}))
    with pytest.raises(ArtifactError, match=r"99.*version 1"):
        manifest.read(tmp_path)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=manifest.NAME):
        manifest.read(tmp_path / "nowhere")


def test_a_file_that_the_manifest_does_not_list_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "old")
    (tmp_path / "stray.safetensors").write_text("x")
    with pytest.raises(ArtifactError, match=r"stray\.safetensors"):
        manifest.read(tmp_path).path("stray.safetensors")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match="file"):
        write(tmp_path / "file" / "folder", "new")


def test_artifacts_changed_while_they_are_read_are_read_again(tmp_path: Path) -> None:
    write(tmp_path, "old")
    seen = []

    @manifest.consistent
    def texts(folder: Path) -> list[str]:
        described = manifest.read(folder)
        if not seen:
            write(folder, "new")
        seen.append(1)
        return [described.path(name).read_text() for name in NAMES]

    assert texts(tmp_path) == [f"new{name}" for name in NAMES]
    assert len(seen) == 2


def test_a_change_after_the_first_file_gives_no_mixture(tmp_path: Path) -> None:
    write(tmp_path, "old")
    rest = ["new"]

    @manifest.consistent
    def texts(folder: Path) -> list[str]:
        found = []
        for name in NAMES:
            found.append(manifest.read(folder).path(name).read_text())
            if rest:
                write(folder, rest.pop())
        return found

    assert texts(tmp_path) == [f"new{name}" for name in NAMES]


def test_a_damaged_file_is_still_refused_by_a_reader_that_reads_again(tmp_path: Path) -> None:
    write(tmp_path, "old")
    (tmp_path / NAMES[0]).write_text("damaged")
    with pytest.raises(ArtifactError, match="checksum"):
        manifest.consistent(lambda folder: manifest.read(folder).path(NAMES[0]))(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"), [("bytes", "1"), ("bytes", True), ("sha256", 5), ("made", []), ("rows", 1.5)]
)
def test_a_value_of_another_type_is_refused_by_name(tmp_path: Path, key: str, value: object) -> None:
    write(tmp_path, "old")
    path = tmp_path / manifest.NAME
    described = json.loads(path.read_text())
    described["files"][NAMES[0]][key] = value
    path.write_text(json.dumps(described))
    with pytest.raises(ArtifactError, match=f"{key} of {NAMES[0]}"):
        manifest.read(tmp_path)
