"""The numbers that routes return equal a count of the rows."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> list[tuple[int, int, int | None]]:
    """Type, council and days to close of random requests."""
    chance = random.Random(311)
    drawn = []
    for _ in range(400):
        days = chance.choice([None, 0, 0, 1, 2, 5, 9, 30])
        drawn.append((chance.randint(0, 12), chance.choice([0, 1, 52, 99]), days))
    add_requests(
        database,
        *(
            {
                "type_id": type_id,
                "council_id": council_id,
                "created_date": f"2020-01-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:00",
                "closed_date": None,
            }
            for type_id, council_id, _ in drawn
        ),
    )
    with database.load() as cursor:
        cursor.execute("SELECT request_id FROM service_requests ORDER BY request_id")
        ids = [row[0] for row in cursor.fetchall()]
        for request_id, (_, _, days) in zip(ids, drawn, strict=True):
            if days is not None:
                cursor.execute(
                    "UPDATE service_requests SET is_open = false,"
                    " closed_date = date_trunc('day', created_date)"
                    " + %s * interval '1 day' WHERE request_id = %s",
                    [days, request_id],
                )
    return drawn


def _disc(values: list[int], share: float) -> int:
    """The smallest value whose cumulative share reaches the given one, as in percentile_disc."""
    ordered = sorted(values)
    return next(value for number, value in enumerate(ordered, 1) if number >= share * len(ordered))


def test_quartiles_are_exact(api: Api, rows: list[tuple[int, int, int | None]]) -> None:
    by_type: dict[int, list[int]] = {}
    for type_id, _, days in rows:
        if days is not None:
            by_type.setdefault(type_id, []).append(days)
    found = {
        row["type_id"]: [row[key] for key in ("min", "q1", "median", "q3", "max")]
        for row in api.json("/types/stats")
    }
    assert found == {
        type_id: [min(days), _disc(days, 0.25), _disc(days, 0.5), _disc(days, 0.75), max(days)]
        for type_id, days in by_type.items()
    }


def test_open_counts_are_exact(api: Api, rows: list[tuple[int, int, int | None]]) -> None:
    expected = Counter(type_id for type_id, _, days in rows if days is None)
    assert {row["typeId"]: row["typeCount"] for row in api.json("/requests/counts/open/types")} == expected
