"""The Atlas, on the shipped artifacts, without a browser."""

import base64
import functools
import json
import re

import numpy as np
import pytest
from streamlit.runtime.caching import cache_resource_api

from pages.parts import resources
from pages.parts.text import plain
from pages.titles import atlas_chart
from recsys.errors import ArtifactError
from recsys.serving import atlas
from tests.pages.helpers import opened, texts

PAGE = "pages/titles/atlas.py"
RATED = "5114-9_1535-8_30276-4_16498-9"
run = functools.partial(opened, script=PAGE)


@pytest.fixture(scope="module")
def world():
    return atlas.load(resources.ARTIFACTS, resources.engine().catalogue)


def figure(app) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def points(trace: dict) -> list[int]:
    """Anime ids of a trace."""
    data = trace["customdata"]
    return np.frombuffer(base64.b64decode(data["bdata"]), data["dtype"]).tolist()


def test_every_rated_title_is_a_point_with_its_name_and_the_figure_is_small(app, world):
    run(app)
    spec = app.get("plotly_chart")[0].proto.spec
    traces = figure(app)["data"]
    ids = [i for trace in traces for i in points(trace)]
    assert sorted(ids) == world.anime_ids.tolist()
    assert all(len(trace["text"]) == len(points(trace)) for trace in traces)
    assert all(trace["type"] == "scattergl" for trace in traces)
    assert len(spec) < 1_000_000


def test_adult_titles_are_shown_on_request(app, world):
    run(app, adults="true")
    assert sum(len(points(trace)) for trace in figure(app)["data"]) > len(world.anime_ids)


def test_the_list_and_the_recommended_titles_have_their_own_symbols(app):
    run(app, r=RATED)
    symbols = {trace["marker"].get("symbol", "circle"): points(trace) for trace in figure(app)["data"]}
    assert sorted(symbols["diamond-open"]) == [1535, 5114, 16498, 30276]
    assert len(symbols["star"]) == 10
    assert not set(symbols["star"]) & set(symbols["diamond-open"])


def test_the_year_colours_the_titles_where_it_is_known(app, world):
    run(app, colour="Year")
    grey, coloured = figure(app)["data"]
    assert sorted(points(grey) + points(coloured)) == world.anime_ids.tolist()
    assert coloured["marker"]["showscale"]
    assert "unknown" in grey["hovertemplate"]
    assert all(resources.engine().title(i).year is None for i in points(grey)[:50])


def test_predictions_colour_every_title(app, world):
    run(app, r=RATED, colour="Predicted for you")
    coloured = figure(app)["data"][0]
    assert points(coloured) == world.anime_ids.tolist()
    assert coloured["marker"]["showscale"]


def test_no_colour_by_prediction_without_a_list(app):
    assert run(app).segmented_control(key="colour").options == ["Kind", "Year"]


def test_a_title_is_found_by_any_of_its_names(app):
    run(app)
    app.text_input(key="find").set_value("attack on titan").run()
    assert not app.exception
    hits = next(group for group in app.get("button_group") if group.label == "Which one?")
    assert "Shingeki no Kyojin" in hits.options[0]
    app.text_input(key="find").set_value("qqqqqqqq").run()
    assert "No title on the map has this name" in texts(app)


def test_a_selected_title_has_a_ring_and_a_list_of_neighbours(app, world):
    run(app, near="16498")
    assert "Around Shingeki no Kyojin" in texts(app)
    ring = next(trace for trace in figure(app)["data"] if trace["marker"].get("symbol") == "circle-open")
    assert points(ring) == [16498]
    linked = [int(m[1]) for link in app.get("page_link") if (m := re.search(r"\btitle=(\d+)", link.proto.query_string))]
    assert linked == [16498, *world.anime_ids[world.nearest(world.at(16498), 12)].tolist()]


@pytest.mark.parametrize("near", ["99999999", "abc", "-1", "9" * 300])
def test_a_title_that_is_not_on_the_map_gives_a_message(app, near):
    run(app, near=near)
    assert "not on the map" in app.info[0].value


def test_the_regions_are_listed_as_text(app, world):
    run(app)
    for region in world.regions:
        assert f"**{plain(region.name)}**" in texts(app)
    assert len(world.regions) >= 5


def test_a_damaged_map_gives_a_message(app, monkeypatch):
    def damaged(*_, **__):
        raise ArtifactError("atlas.parquet is damaged <b>")

    monkeypatch.setattr(atlas, "load", damaged)
    loaded = resources._load()
    monkeypatch.setattr(resources, "_load", lambda: loaded)
    monkeypatch.setattr(cache_resource_api, "_resource_caches", cache_resource_api.ResourceCaches())
    run(app)
    assert "The map cannot be read" in app.error[0].value
    assert not app.get("plotly_chart")


def test_more_watched_titles_have_larger_points():
    sizes = atlas_chart.sizes(np.array([0, 500, 1_000, 50_000, 3_000_000]))
    assert sizes[0] == sizes[1] == sizes[2] < sizes[3] < sizes[4] < 14


def test_a_name_is_not_cut_within_an_entity():
    assert atlas_chart._short("K-On!") == "K-On!"
    assert len(atlas_chart._short("x" * 40)) == 22
    assert atlas_chart._short("&lt;" * 10) == "&lt;" * 10
