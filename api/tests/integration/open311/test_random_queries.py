"""Random queries: both formats agree, conform to the standard's schemas, and have the right rows."""

from __future__ import annotations

import random

import pytest

from tests.integration.open311.expected import query, rows
from tests.integration.open311.reading import ids, requests
from tests.support.databases import Database
from tests.support.serving import Api


def _check(api: Api, database: Database, seed: int, queries: int) -> None:
    choose, stored = random.Random(seed), rows(database)
    for _ in range(queries):
        parameters, is_wanted = query(choose)
        expected = [row.number for row in stored if is_wanted(row)]
        extensions = {"extensions": choose.choice(["true", "false", ""])}
        assert ids(requests(api, **parameters, **extensions)) == expected[::-1], parameters
        size, number = choose.randint(1, 40), choose.randint(1, 3)
        page = requests(api, **parameters, **extensions, page=number, page_size=size)
        assert ids(page) == expected[(number - 1) * size : number * size], (parameters, number, size)


def test_random_queries(api: Api, database: Database) -> None:
    _check(api, database, seed=1, queries=15)


@pytest.mark.slow
def test_500_random_queries(api: Api, database: Database) -> None:
    _check(api, database, seed=2, queries=500)
