from __future__ import annotations

import random
from pathlib import Path

import pytest
from files_tests.checks import assert_agrees
from files_tests.processes import complete, kill
from pipeline_tests.databases import Database

from benchmarks import rows

CHANGE = """
UPDATE service_requests SET status = status WHERE request_id IN (
    SELECT min(request_id) FROM service_requests GROUP BY extract(year FROM created_date));
UPDATE requests SET address = address || '!' WHERE id IN (
    SELECT min(id) FROM requests GROUP BY extract(year FROM createddate));
UPDATE data_generation SET generation = generation + 1
"""


def storm(database: Database, folder: Path, kills: int, seed: int) -> None:
    """Kill one run after another, each of which has to write every year, then let one finish."""
    luck = random.Random(seed)
    for year in (2024, 2025):
        rows.add_year(database.owner_url, year, 2_000)
    seconds = complete(database, str(folder))
    hits = 0
    for _ in range(kills):
        database.change(CHANGE)
        hits += kill(database, str(folder), seconds, luck)
        assert_agrees(folder)
    complete(database, str(folder))
    manifest = assert_agrees(folder)
    assert manifest.generation == database.value("SELECT generation FROM data_generation")
    left = {path.name for path in folder.iterdir()} - manifest.paths() - {"datapackage.json"}
    assert left == set()
    assert hits >= kills // 2


def test_killed_at_random_moments_leaves_a_whole_set(database: Database, tmp_path: Path) -> None:
    storm(database, tmp_path / "files", 3, seed=16)


@pytest.mark.slow
def test_killed_at_two_hundred_moments_leaves_a_whole_set(database: Database, tmp_path: Path) -> None:
    storm(database, tmp_path / "files", 200, seed=311)
