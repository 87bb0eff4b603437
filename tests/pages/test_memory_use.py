"""That the server tells its allocators in time to keep little, and loads little that few visitors use."""

import subprocess
import sys

import pytest

STARTING = """
import sys
import app
import pyarrow
print(pyarrow.default_memory_pool().backend_name)
from pages.parts import resources
from recsys.data import labels
resources.preload()
print(labels.tags.cache_info().currsize)
print("icalendar" in sys.modules)
import plotly.graph_objects as go
from plotly.validator_cache import ValidatorCache
print(ValidatorCache._json_cache)
print(go.Figure(go.Treemap(labels=["A"], parents=[""], tiling={"packing": "slice"})).data[0].tiling.packing)
"""


@pytest.fixture(scope="module")
def found() -> list[str]:
    """What a process that imports the app and preloads finds: Arrow's allocator, how often tags were looked up, whether
    the library of calendar files was imported, what Plotly keeps of all charts, and a property of a chart made then."""
    done = subprocess.run([sys.executable, "-c", STARTING], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_arrow_takes_the_systems_allocator_once_the_app_is_imported(found):
    assert found[0] == "system"


def test_the_titles_of_each_tag_are_found_before_the_first_visitor_comes(found):
    assert found[1] == "1"


def test_calendar_files_are_learned_to_write_when_the_first_is_asked_for(found):
    assert found[2] == "False"


def test_plotlys_descriptions_are_dropped_and_read_again_for_a_chart(found):
    assert found[3:] == ["None", "slice"]
