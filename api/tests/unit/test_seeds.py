from __future__ import annotations

import pytest

from lacity_data_api.seeds import read_seed


@pytest.mark.parametrize(
    ("table", "rows", "key"),
    [
        ("councils", 100, "council_id"),
        ("regions", 12, "region_id"),
        ("request_types", 12, "type_id"),
        ("agencies", 12, "agency_id"),
        ("sources", 18, "source_id"),
    ],
)
def test_ids_are_unique_and_complete(table: str, rows: int, key: str) -> None:
    seed = read_seed(table)
    assert len({row[key] for row in seed}) == len(seed) == rows


def test_council_0_has_no_population() -> None:
    populations = {row["council_id"]: row["population_2020"] for row in read_seed("councils")}
    assert populations["0"] is None
    assert sum(int(value) for value in populations.values() if value) == 3_814_700
