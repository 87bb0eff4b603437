"""That the server's allocators are told to keep little, and early enough."""

import subprocess
import sys

ARROW = """
import app
import pyarrow
print(pyarrow.default_memory_pool().backend_name)
"""

PRELOADED = """
from pages.parts import resources
from recsys.data import labels
resources.preload()
print(labels.tags.cache_info().currsize)
"""


def test_the_titles_of_each_tag_are_found_before_the_first_visitor_comes():
    done = subprocess.run([sys.executable, "-c", PRELOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]


def test_arrow_takes_the_systems_allocator_once_the_app_is_imported():
    done = subprocess.run([sys.executable, "-c", ARROW], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["system"]
