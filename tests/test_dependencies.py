"""Checks what pyproject.toml declares against what the code imports, and the locks (requirements*.txt) against both."""

import functools
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.test_layout import OWN, ROOT, imports, sources

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {
    "requirements.txt": ("app",),
    "requirements-train.txt": ("app", "train"),
    "requirements-cluster.txt": ("app", "train", "cluster"),
    "requirements-dev.txt": ("app", "train", "cluster", "dev"),
}
#: Declared, though nothing imports them: programs and plugins, and what the comment in pyproject.toml says.
NOT_IMPORTED = {"import-linter", "pandas", "pre-commit", "pyright", "pytest-timeout", "pytest-xdist", "ruff", "uv"}
#: Recommending from the shell needs no more than the app does.
SERVING_SCRIPTS = {"recommend.py"}
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>\d+(\.\d+)+)(?: ; (?P<marker>[^#]+?))?(?:\s+# via .+)?")


def declared(*extras: str) -> dict[str, Requirement]:
    """The dependencies that pyproject.toml declares, with those of these extras, by name."""
    optional = PROJECT["project"]["optional-dependencies"]
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in optional[extra])]
    found = {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}
    found.pop(PROJECT["project"]["name"], None)  # an extra that includes others
    return found


def pins(lock: str) -> dict[str, tuple[str, str | None]]:
    """Name -> version and marker of a lock; fails on a line of another form, such as an address of a registry."""
    found = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            pin = PIN.fullmatch(line)
            assert pin, f"{lock}: {line!r} is not NAME==VERSION"
            found[pin["name"]] = (pin["version"], pin["marker"])
    return found


def needed(requirements: list[Requirement]) -> set[str]:
    """Names of the distributions that these requirements bring into this environment, directly and through others."""
    # The locks hold the CPU build of torch, whatever build is installed here.
    overridden = {entry["name"]: entry["requires-dist"] for entry in PROJECT["tool"]["uv"]["dependency-metadata"]}
    found: set[tuple[str, str]] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in found:
                found.add((name, extra))
                lines = overridden[name] if name in overridden else metadata.requires(name) or []
                theirs = map(Requirement, lines)
                waiting += [one for one in theirs if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


#: Import name -> the installed distributions that have it.
installed = functools.cache(metadata.packages_distributions)


def third_party(paths: list[Path]) -> set[str]:
    """Names of the distributions that the files import."""
    top = {name.split(".")[0] for path in paths for name in imports(path)}
    return {canonicalize_name(installed().get(name, [name])[0]) for name in top - OWN - sys.stdlib_module_names}


def test_code_imports_only_what_is_declared_for_it() -> None:
    training = [path for path in sources("recsys") if {"evaluation", "training"} & set(path.parts)]
    cluster = [path for path in sources("recsys") if "cluster" in path.parts]
    serving = [path for path in sources("recsys") if path not in [*training, *cluster]]
    commands = [path for path in sources("scripts") if path.name in SERVING_SCRIPTS]
    benchmarks = [path for path in sources("scripts") if path.parent.name == "benchmarks"]
    other_scripts = [path for path in sources("scripts") if path not in benchmarks]
    assert third_party(serving) - set(declared()) == set()
    assert third_party([*sources("app.py", "pages"), *commands]) - set(declared("app")) == set()
    assert third_party(training) - set(declared("train")) == set()
    assert third_party(cluster) - set(declared("train", "cluster")) == set()
    assert third_party(other_scripts) - set(declared("app", "train")) == set()
    assert third_party([*sources("tests"), *benchmarks]) - set(declared("app", "train", "cluster", "dev")) == set()


@pytest.mark.parametrize(
    ("extra", "folders"),
    [
        (None, ("recsys",)),
        ("app", ("app.py", "pages", "scripts")),
        ("train", ("recsys", "scripts")),
        ("cluster", ("recsys",)),
        ("dev", ("tests", "scripts")),
    ],
)
def test_nothing_is_declared_that_nothing_imports(extra: str | None, folders: tuple[str, ...]) -> None:
    asked = declared(extra).keys() - declared().keys() if extra else declared().keys()
    assert asked - third_party(sources(*folders)) - NOT_IMPORTED == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_exactly_what_pyproject_needs(lock: str) -> None:
    """Needs no registry: what each distribution needs is read from the installed ones."""
    here = {name for name, (_, marker) in pins(lock).items() if marker is None or Marker(marker).evaluate()}
    assert here == needed(list(declared(*LOCKS[lock]).values())), "run: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_locked_versions_are_those_that_pyproject_allows(lock: str) -> None:
    locked = pins(lock)
    asked = declared(*LOCKS[lock])
    refused = [str(r) for name, r in asked.items() if name not in locked or locked[name][0] not in r.specifier]
    assert refused == [], "run: make lock"


def test_locks_agree_with_each_other() -> None:
    smaller, *larger = (pins(lock).items() for lock in LOCKS)
    for lock in larger:
        assert smaller - lock == set()
        smaller = lock


def test_training_libraries_stay_out_of_serving() -> None:
    assert {"torch", "scikit-surprise", "numba", "implicit", "scikit-learn", "ray"} & pins(
        "requirements.txt"
    ).keys() == set()


def test_pytest_is_as_new_as_its_configuration_needs() -> None:
    least = PROJECT["tool"]["pytest"]["ini_options"]["minversion"]
    assert Version(pins("requirements-dev.txt")["pytest"][0]) >= Version(least)
