"""The Dockerfile: what it copies is there, is let through by .dockerignore, and suffices to run the app."""

import json
import shutil
from pathlib import Path

from scripts.benchmarks.servers import HERE, serving
from scripts.benchmarks.visitor import Visitor, run

_LINES = (HERE / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
_COPIED = [line.split()[1] for line in _LINES if line.startswith("COPY ")]


def test_what_is_copied_is_all_that_docker_is_given() -> None:
    given = (HERE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert given[0] == "*"
    assert sorted(line[1:] for line in given if line.startswith("!")) == sorted(_COPIED)


def test_what_is_copied_suffices(tmp_path: Path) -> None:
    for name in _COPIED:
        source = HERE / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)  # with what is compiled, which does not load without its source
        else:
            shutil.copy(source, tmp_path / name)

    async def visit() -> None:
        with serving(tmp_path) as server:
            async with Visitor(server.address, "r=5114-9_1535-8_30276-4") as visitor:
                await visitor.open()
                visitor.check()

    run(visit())


def test_it_starts_the_app_for_other_machines() -> None:
    started = json.loads(next(line.removeprefix("CMD ") for line in _LINES if line.startswith("CMD ")))
    assert started[:5] == ["python", "-m", "streamlit", "run", "app.py"]
    assert started[started.index("--server.address") + 1] == "0.0.0.0"  # noqa: S104
