from __future__ import annotations

import pytest

from lacity_data_api.city.facts import WORLD, Bounds
from lacity_data_api.tiles.grid import DEEPEST_ZOOM, Tile, tiles_of

CITY = Bounds(-118.8, 33.6, -118.0, 34.5)


def test_the_world_has_all_tiles_of_a_zoom() -> None:
    assert [*tiles_of(WORLD, 0)] == [Tile(0, 0, 0)]
    assert len([*tiles_of(WORLD, 3)]) == 64


@pytest.mark.parametrize("zoom", range(11))
def test_tiles_of_a_city_cover_it_and_nothing_else(zoom: int) -> None:
    tiles = [*tiles_of(CITY, zoom)]
    assert all(tile.bounds.overlaps(CITY) for tile in tiles)
    around = {
        Tile(zoom, x + across, y + down) for _, x, y in tiles for across in (-1, 0, 1) for down in (-1, 0, 1)
    }
    assert not any(tile.bounds.overlaps(CITY) for tile in around - {*tiles})


@pytest.mark.parametrize("zoom", range(DEEPEST_ZOOM + 1))
def test_a_tile_has_at_most_4096_features(zoom: int) -> None:
    assert 4 ** (Tile(zoom, 0, 0).cell_zoom - zoom) <= 4096


def test_cells_of_a_tile() -> None:
    assert Tile(2, 1, 3).cells(2) == [1 << 2 | 3]
    assert Tile(2, 1, 3).cells(3) == [2 << 3 | 6, 2 << 3 | 7, 3 << 3 | 6, 3 << 3 | 7]


def test_only_tiles_of_the_world_exist() -> None:
    assert Tile(1, 1, 1).exists
    assert not Tile(1, 2, 0).exists
    assert not Tile(1, 0, 2).exists
