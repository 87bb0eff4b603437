"""That the server's allocators are told to keep little, and early enough."""

import subprocess
import sys

import pytest

STARTING = """
import app
import pyarrow
print(pyarrow.default_memory_pool().backend_name)
from pages.parts import resources
from recsys.data import labels
resources.preload()
print(labels.tags.cache_info().currsize)
"""


@pytest.fixture(scope="module")
def found() -> list[str]:
    """What a process that imports the app and preloads finds: Arrow's allocator, and how often tags were looked up."""
    done = subprocess.run([sys.executable, "-c", STARTING], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_arrow_takes_the_systems_allocator_once_the_app_is_imported(found):
    assert found[0] == "system"


def test_the_titles_of_each_tag_are_found_before_the_first_visitor_comes(found):
    assert found[1:] == ["1"]
