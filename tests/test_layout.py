"""Checks the tree: where files lie, how large they are, what they import, and what no file may hold."""

import ast
import functools
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES = 300
MAX_ARTIFACTS = 40 * 1000 * 1000  # bytes
#: In two parts, so that this file may say what no file may hold.
HOSTS = tuple(map("".join, [("pypi", ".org"), ("python", "hosted.org"), ("npm", "js."), ("debian", ".org")]))
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root|tmp/venv|opt/wheels)/")
REAL_NAME = re.compile(r"\bfan_[ab]\d{3}")
RUNS_CODE = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
OWN = {"app", "pages", "recsys", "scripts", "tests"}


def tracked() -> list[Path]:
    """Every file that is, or is about to be, part of the project."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def sources(*folders: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@functools.cache
def imports(path: Path) -> set[str]:
    """Dotted names of the modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_script_lies_directly_in_pages() -> None:
    """With st.navigation, such a script switches Streamlit's own discovery back on: deep links then lose app.py."""
    assert list((ROOT / "pages").glob("*.py")) == []


def test_source_files_stay_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources(*OWN, "app.py")
    }
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def test_no_file_names_a_registry_or_this_machine() -> None:
    assert [name for name, text in texts() if any(host in text for host in HOSTS)] == []
    assert [name for name, text in texts() if MACHINE_PATHS.search(text)] == []


def test_nothing_that_runs_code_when_loaded_is_imported() -> None:
    guilty = {
        str(p.relative_to(ROOT)) for p in sources(*OWN, "app.py") if {i.split(".")[0] for i in imports(p)} & RUNS_CODE
    }
    assert guilty == set()
    loads = re.compile(r"allow_pickle\s*=\s*True|\b(torch\.load|read_pickle|to_pickle|unsafe_allow_html)\b")
    assert [p.name for p in sources("app.py", "pages", "recsys", "scripts") if loads.search(p.read_text("utf-8"))] == []


def test_app_uses_the_library_through_serving() -> None:
    """import-linter holds pages/ to this; app.py is a module, which it cannot take."""
    ours = {name for name in imports(ROOT / "app.py") if name.startswith("recsys.")}
    hidden = ("recsys.models", "recsys.data", "recsys.lists", "recsys.training", "recsys.evaluation")
    assert [name for name in ours if name.startswith(hidden)] == []


def test_artifacts_fit() -> None:
    files = [path for path in tracked() if path.relative_to(ROOT).parts[0] == "artifacts"]
    assert sum(path.stat().st_size for path in files) < MAX_ARTIFACTS


def test_no_real_fan_is_in_the_project() -> None:
    """The real lists' made-up names tell whose list is whose, across data sets."""
    assert [name for name, text in texts() if REAL_NAME.search(text)] == []
    for path in tracked():
        if path.suffix == ".parquet" and "username" in pq.read_schema(path).names:
            names = pq.read_table(path, columns=["username"])["username"].to_pylist()
            assert [name for name in names if REAL_NAME.search(name)] == []


def test_no_personal_details_are_kept() -> None:
    details = {"gender", "birth_date", "birthday", "location", "country", "access_rank", "join_date", "last_online"}
    tables = [path for path in tracked() if path.suffix == ".parquet"]
    assert {path.name: kept for path in tables if (kept := details & set(pq.read_schema(path).names))} == {}


def test_no_list_is_committed() -> None:
    """Prepared data is ignored by git; only the made-up lists in tests/lists/kept have the look of a raw list."""
    ignored = ["git", "check-ignore", "-q", "build/mal/ratings.parquet"]
    packed = [path.name for path in tracked() if path.name.endswith((".csv.gz", ".xml.gz", ".xml"))]
    tables = [path for path in tracked() if path.suffix == ".csv" and path.parent.name != "kept"]
    lists = [path.name for path in tables if re.search(r"user|score", path.read_text("utf-8").partition("\n")[0])]
    assert packed + lists == []
    assert subprocess.run(ignored, cwd=ROOT, check=False).returncode == 0
