"""The folder of covers: complete files, a limit on bytes, and nobody else's files touched."""

import io
import logging
import os
import threading

import pytest
from PIL import Image

from recsys.serving.cover_files import CoverFiles


def webp(seed: int = 0) -> bytes:
    output = io.BytesIO()
    Image.effect_noise((40, 56), 100).convert("RGB").save(output, "WEBP", quality=90, xmp=bytes([seed]) * 10)
    return output.getvalue()


def name(number: int) -> str:
    return f"{number:040x}-large.webp"


def held(folder) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def age(path, seconds: float) -> None:
    """Make a file look as if it was last used that long ago."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_a_file_is_there_for_other_processes_and_after_a_restart(tmp_path):
    CoverFiles(tmp_path / "new" / "folder", 10**6).write(name(1), content := webp())
    assert CoverFiles(tmp_path / "new" / "folder", 10**6).read(name(1)) == content
    assert CoverFiles(tmp_path / "new" / "folder", 10**6).read(name(2)) is None


def test_the_least_recently_used_are_deleted(tmp_path):
    content = webp()
    files = CoverFiles(tmp_path, 10 * len(content))
    for number in range(8):
        files.write(name(number), content)
        age(tmp_path / name(number), 1000 - number)
    files.read(name(0))
    files.touch(name(1))
    for number in range(8, 12):
        files.write(name(number), content)
    assert files.read(name(0))
    assert files.read(name(1))
    assert files.read(name(2)) is None
    assert files.read(name(11))


@pytest.mark.parametrize("processes", [1, 3])
def test_the_folder_never_holds_more_than_its_limit(tmp_path, processes):
    size = len(webp())
    limit = 100 * size
    files = [CoverFiles(tmp_path, limit) for _ in range(processes)]
    for number in range(400):
        files[number % processes].write(name(number), webp(number % 256))
        assert held(tmp_path) <= limit * (0.9 + 0.05 * processes) + processes * size
    assert held(tmp_path) > limit / 2


def test_files_of_others_are_left_alone(tmp_path):
    others = [tmp_path / "photo.webp", tmp_path / "notes.txt", tmp_path / f"{1:040x}-large.webp.txt"]
    for other in others:
        other.write_bytes(bytes(5000))
        age(other, 10**6)
    files = CoverFiles(tmp_path, 1000)
    for number in range(20):
        files.write(name(number), webp())
    assert all(other.exists() for other in others)


def test_what_a_stopped_process_left_behind_is_deleted(tmp_path):
    old, new = (tmp_path / f"{name(number)}.12.34.tmp" for number in (1, 2))
    for path in (old, new):
        path.write_bytes(b"half")
    age(old, 7200)
    CoverFiles(tmp_path, 10**6).write(name(3), webp())
    assert not old.exists()
    assert new.exists()  # another process may be writing it


@pytest.mark.parametrize("damage", [lambda c: c[:-10], lambda c: c + b"x", lambda _: b"", lambda c: b"X" + c[1:]])
def test_a_damaged_file_is_deleted(tmp_path, damage):
    (tmp_path / name(1)).write_bytes(damage(webp()))
    assert CoverFiles(tmp_path, 10**6).read(name(1)) is None
    assert not (tmp_path / name(1)).exists()


def test_readers_never_see_a_part_of_a_file(tmp_path):
    files, contents = CoverFiles(tmp_path, 10**7), [webp(number) for number in range(20)]
    files.write(name(1), contents[0])
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for content in contents:
                files.write(name(1), content)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        assert all(files.read(name(1)) in contents for _ in range(500))
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def test_a_folder_that_cannot_be_written_is_reported_once(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    files = CoverFiles(blocked / "folder", 10**6)
    with caplog.at_level(logging.WARNING):
        for number in range(5):
            files.write(name(number), webp())
    assert len(caplog.records) == 1
    assert "kept in memory only" in caplog.text
    assert files.read(name(1)) is None
    assert blocked.exists()


def test_without_a_folder_nothing_is_kept():
    files = CoverFiles(None, 10**6)
    files.write(name(1), webp())
    files.touch(name(1))
    assert files.read(name(1)) is None
