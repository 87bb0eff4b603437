"""Prepares raw lists on a cluster: tasks read pieces of the files, then the rule is applied to all their rows.

A task runs the SQL that one machine runs, on its piece, and writes typed rows; the driver reads them in the order of
the files and does the rest in its database. Reading takes nine tenths of the time on one machine.
"""

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from recsys.cluster import raw_files
from recsys.cluster.raw_files import PIECE_BYTES, Piece, Pieces
from recsys.cluster.session import Session, connect
from recsys.data.sql import pattern, text
from recsys.errors import DataError
from recsys.prepare import pipeline, staging
from recsys.prepare.kaggle import Part, RawFile
from recsys.prepare.report import Report
from recsys.prepare.sources import Source
from recsys.prepare.workspace import Options, Progress, Workspace
from recsys.types import Title


def prepare(
    address: str,
    paths: Sequence[str],
    out: Path,
    options: Options,
    progress: Progress,
    described: Mapping[str, Any],
    base: Iterable[Title],
    piece_bytes: int = PIECE_BYTES,
) -> Report:
    """Do what `recsys.prepare.pipeline.prepare` does, with the same rows as result.

    `paths` may be addresses of remote folders (see `raw_files.locate`). `options.temp_dir` must be on a file system
    that all nodes share, and so must local sources. Raises `DataError`, `ClusterError`.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="prepare-cluster-", dir=options.temp_dir))
    except OSError as error:
        raise DataError(f"Cannot write temporary files: {error}. Choose another --temp-dir.") from None
    try:
        pieces = Pieces()
        local = [raw_files.locate(path, folder / f"source-{n}", pieces) for n, path in enumerate(paths)]
        with connect(address) as session:
            stage = _Stage(session, folder, pieces, options, progress, piece_bytes)
            return pipeline.prepare(local, out, options, progress, described, base, stage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Stage:
    """A `staging.Stage` that reads a source's lists by tasks."""

    def __init__(
        self,
        session: Session,
        folder: Path,
        pieces: Pieces,
        options: Options,
        progress: Progress,
        piece_bytes: int,
    ) -> None:
        self._session, self._folder, self._pieces = session, folder, pieces
        self._options = replace(options, temp_dir=None, threads=1)
        self._progress, self._piece_bytes = progress, piece_bytes
        self._number = 0

    def __call__(self, work: Workspace, source: Source) -> int:
        self._number += 1
        folder = self._folder / f"staged-{self._number}"
        folder.mkdir()
        for name in staging.needed_tables(source):
            work.run("reading lists", f"COPY {name} TO {text(str(folder / f'{name}.parquet'))} (FORMAT parquet)")
        pieces = list(self._pieces.of(source.lists.file.path, self._piece_bytes))
        files = [folder / f"piece-{number:07}.parquet" for number in range(len(pieces))]
        jobs = ((source, piece, file, self._options) for piece, file in zip(pieces, files, strict=True))
        unreadable = 0
        for done, (_, count) in enumerate(self._session.run(read_piece, jobs), start=1):
            unreadable += count
            self._progress("reading lists", done / len(pieces))
        names = ", ".join(text(pattern(file)) for file in files)
        work.run("collecting lists", f"CREATE TABLE staged AS FROM read_parquet([{names}])")
        shutil.rmtree(folder)
        return unreadable


def read_piece(source: Source, piece: Piece, file: Path, options: Options) -> int:
    """Write the classified rows of a piece of the source's lists to `file`; give the number of unreadable lines. The
    tables that this needs are in the same folder."""
    if not file.parent.exists():
        raise DataError(
            f"A node of the cluster cannot read {file.parent}. Give a --temp-dir on a file system that all nodes share."
        )
    with tempfile.TemporaryDirectory(prefix="piece-") as local, Workspace(options) as work:
        lists = source.lists
        path = piece.copy(Path(local) / lists.file.stem)
        part = Part(RawFile(path, lists.file.header), lists.role)
        for name in staging.needed_tables(source):
            table = text(pattern(file.with_name(f"{name}.parquet")))
            work.run("reading lists", f"CREATE TABLE {name} AS FROM read_parquet({table})")
        try:
            unreadable = staging.stage_at_once(work, replace(source, lists=part))
        except DataError as error:
            raise DataError(str(error).replace(str(path), piece.address.partition("?")[0])) from None
        # Another attempt at this task may be writing too, so each writes a file of its own.
        temporary = file.with_name(f".{file.stem}-{Path(local).name}")
        work.run("reading lists", f"COPY staged TO {text(str(temporary))} (FORMAT parquet)")
        temporary.replace(file)
    return unreadable
