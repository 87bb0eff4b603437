"""That the server's allocators are told to keep little, and early enough."""

import subprocess
import sys

ARROW = """
import app
import pyarrow
print(pyarrow.default_memory_pool().backend_name)
"""


def test_arrow_takes_the_systems_allocator_once_the_app_is_imported():
    done = subprocess.run([sys.executable, "-c", ARROW], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["system"]
