"""Maps: every ring is drawn, each area has the color of its value, and degrees have their true lengths."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest
from pandas import DataFrame
from support.serving import DASH

from figures import maps
from figures.maps import Area
from pages.types_map import measure_of

SQUARE = [[0.0, 60.0], [1.0, 60.0], [1.0, 61.0], [0.0, 60.0]]
HOLE = [[0.2, 60.1], [0.4, 60.1], [0.4, 60.2], [0.2, 60.1]]
ISLAND = [[5.0, 60.0], [6.0, 60.0], [6.0, 61.0], [5.0, 60.0]]
AREAS = [
    Area({"type": "Polygon", "coordinates": [SQUARE, HOLE]}, 4, "a", "/?council=1"),
    Area({"type": "MultiPolygon", "coordinates": [[SQUARE], [ISLAND]]}, 1, "b", "/?council=2"),
    Area({"type": "Polygon", "coordinates": [SQUARE]}, None, "c", "/?council=3"),
]
FIGURE = maps.areas(AREAS, bounds=(0, 59, 6, 61), title="Requests")


def test_plotly_accepts_it() -> None:
    assert len(go.Figure(FIGURE).data) == len(AREAS) + 1


@pytest.mark.parametrize(("place", "rings"), [(0, [SQUARE, HOLE]), (1, [SQUARE, ISLAND])])
def test_every_ring_is_drawn_with_a_gap_after_it(place: int, rings: list[list[list[float]]]) -> None:
    trace = FIGURE["data"][place]
    points = [tuple(point) for ring in rings for point in (*ring, [None, None])]
    assert list(zip(trace["x"], trace["y"], strict=True)) == points


def test_the_most_is_darkest_and_nothing_is_palest() -> None:
    colors = [trace["fillcolor"] for trace in FIGURE["data"][:3]]
    assert colors == ["#B4500F", "#F6D3A4", "#FBF1E3"]
    assert maps.color_of(0.125) == "#F8E2C4"


def test_the_bar_goes_to_the_most() -> None:
    marker = FIGURE["data"][-1]["marker"]
    assert (marker["cmin"], marker["cmax"], marker["showscale"]) == (0, 4, True)


def test_without_any_value_all_are_palest() -> None:
    nowhere = maps.areas([AREAS[2]], bounds=(0, 59, 1, 61), title="Requests")
    assert nowhere["data"][0]["fillcolor"] == "#FBF1E3"


def test_a_degree_of_latitude_is_twice_as_long_at_sixty_degrees() -> None:
    assert FIGURE["layout"]["yaxis"]["scaleratio"] == pytest.approx(2)


CITY = (-1.0, 59.0, 7.0, 62.0)
SLIVER = [[50.0, 60.0], [50.001, 60.0], [50.001, 60.001], [50.0, 60.0]]


def test_bounds_are_those_of_the_main_parts() -> None:
    """Official boundaries have slivers of less than a square meter, 80 km away."""
    polygons = [{"type": "MultiPolygon", "coordinates": [[SQUARE], [SLIVER]]}]
    assert maps.bounds_of(polygons, CITY) == (0.0, 60.0, 1.0, 61.0)


def test_a_small_part_inside_the_city_does_not_count_either() -> None:
    polygons = [{"type": "MultiPolygon", "coordinates": [[HOLE], [ISLAND]]}]
    assert maps.bounds_of(polygons, CITY) == (5.0, 60.0, 6.0, 61.0)


def test_without_usable_areas_the_bounds_are_the_citys() -> None:
    assert maps.bounds_of([{"type": "Polygon", "coordinates": [SLIVER]}], CITY) == CITY


OFFICIAL = DASH.parent.parent / "shared" / "data" / "nc_boundaries_official.geojson"


@pytest.mark.skipif(not OFFICIAL.is_file(), reason="the city's boundary file is not next to this checkout")
def test_the_official_boundaries_fill_the_map() -> None:
    polygons = [area["geometry"] for area in json.loads(OFFICIAL.read_text())["features"]]
    bounds = maps.bounds_of(polygons, (-118.8, 33.6, -118.0, 34.5))
    assert bounds == pytest.approx((-118.67, 33.70, -118.16, 34.34), abs=0.01)


def test_a_city_without_published_populations_is_colored_by_requests() -> None:
    populations = [[None, None], [None, 100], [50, 100]]
    chosen = [measure_of("people", DataFrame({"people": people})) for people in populations]
    assert chosen == ["count", "people", "people"]
