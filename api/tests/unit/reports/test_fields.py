from __future__ import annotations

import pytest

from lacity_data_api.city.facts import Rollup, RollupCatalog
from lacity_data_api.reports.fields import relation

CATALOG = RollupCatalog(
    (
        Rollup("by_type", frozenset({"created_date", "type_id"})),
        Rollup("by_type_and_council", frozenset({"created_date", "type_id", "council_id"})),
    ),
    {
        "created_hour": "extract(hour FROM created_date)::integer",
        "type_id": "type_id",
        "source_id": "source_id",
    },
)


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (["type_name", "created_date"], "by_type"),
        (["created_year"], "by_type"),
        (["council_id"], "by_type_and_council"),
        (["council_name", "type_name", "created_month"], "by_type_and_council"),
    ],
)
def test_the_narrowest_rollup_is_chosen(names: list[str], table: str) -> None:
    assert relation(names, CATALOG) == table


@pytest.mark.parametrize(
    ("names", "table"), [(["group_name"], "by_type"), (["group_id", "council_id"], "by_type_")]
)
def test_groups_are_counted_by_type(names: list[str], table: str) -> None:
    assert relation(names, CATALOG).startswith(f"(SELECT * FROM {table}")


def test_requests_are_counted_where_no_rollup_fits() -> None:
    assert relation(["created_hour", "source_name", "closed_date"], CATALOG) == (
        "(SELECT closed_date, extract(hour FROM created_date)::integer AS created_hour,"
        " source_id AS source_id,"
        " (NOT is_information)::integer AS requests, is_information::integer AS information"
        " FROM service_requests)"
    )
