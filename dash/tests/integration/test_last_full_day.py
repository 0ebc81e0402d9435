"""The last full day after a failed run; `make test-slow` also tests every figure after such a run."""

from __future__ import annotations

from support.databases import Database

from data.warehouse import Warehouse
from integration.test_after_a_failed_run import city, warehouse
from integration.test_area_selections import test_times_to_close_are_those_of_the_rows

__all__ = ["city", "test_times_to_close_are_those_of_the_rows", "warehouse"]


def test_it_is_two_days_ago(city: Database, warehouse: Warehouse) -> None:
    ran = "SELECT (max(started_at) AT TIME ZONE time_zone)::date FROM load_runs, city GROUP BY time_zone"
    assert city.value(f"SELECT ({ran}) - %(day)s::date", day=warehouse.facts().last_day) == 2
