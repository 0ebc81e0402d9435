"""The price of a stage: every planned resource has a price, and the small stage stays below its limit."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tools.deployment import costs, meters, prices
from tools.problem import Problem

PRICES = prices.read_prices()


def plan(*resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "resource_changes": [
            {"mode": "managed", "type": kind, "change": {"after": values}} for kind, values in resources
        ]
    }


def database(**values: Any) -> tuple[str, dict[str, Any]]:
    given = {"instance_class": "db.t4g.micro", "allocated_storage": 40, "manage_master_user_password": True}
    return "aws_db_instance", given | values


def test_a_database_costs_its_hours_its_storage_and_its_secret() -> None:
    amounts = prices.bill(plan(database()), PRICES)
    assert amounts["Postgres"] == pytest.approx(0.016 * 730)
    assert amounts["storage of Postgres, backups included"] == pytest.approx(0.115 * 40)
    assert amounts["key and secret"] == pytest.approx(0.40)


def test_a_standby_doubles_hours_and_storage() -> None:
    single = prices.bill(plan(database()), PRICES)
    double = prices.bill(plan(database(multi_az=True)), PRICES)
    assert double["Postgres"] == pytest.approx(2 * single["Postgres"])


def test_fargate_is_billed_by_the_definition_of_its_family() -> None:
    task = {
        "family": "api",
        "cpu": "512",
        "memory": "1024",
        "runtime_platform": [{"cpu_architecture": "ARM64"}],
    }
    service = {"name": "api", "desired_count": 2}
    amounts = prices.bill(plan(("aws_ecs_task_definition", task), ("aws_ecs_service", service)), PRICES)
    assert sum(amounts.values()) == pytest.approx(2 * 730 * (0.5 * 0.03238 + 1 * 0.00356))


def test_a_service_on_the_instance_costs_nothing_more() -> None:
    assert prices.bill(plan(("aws_ecs_service", {"name": "api", "launch_type": "EC2"})), PRICES) == {}


@pytest.mark.parametrize(
    "resource",
    [("aws_msk_cluster", {}), database(instance_class="db.r8g.24xlarge")],
    ids=["unknown type", "unknown size"],
)
def test_a_planned_resource_without_a_price_fails(resource: tuple[str, dict[str, Any]]) -> None:
    with pytest.raises(Problem, match=r"no price in prices\.csv"):
        prices.bill(plan(resource), PRICES)


def test_the_small_stage_may_not_cost_more_than_its_limit() -> None:
    assert prices.expensive("small", 60.0, 72) == []
    assert prices.expensive("small", 60.01, 72) == ["small costs 60.01 USD a month, more than 60"]
    assert prices.expensive("prod", 600, 800) == []


def test_a_budget_that_warns_of_every_month_fails() -> None:
    assert prices.expensive("prod", 200, 210) == ["prod: budget_usd = 210 would warn of the normal 200"]


def test_a_comparison_of_plans_is_the_table_of_the_readme() -> None:
    planned = plan(database()) | {"variables": {"budget_usd": {"value": 72}}}
    assert "| Postgres | 11.68 |" in prices.compare({"small": planned})
    with pytest.raises(Problem, match="would warn of the normal"):
        prices.compare({"small": planned | {"variables": {"budget_usd": {"value": 1}}}})


def test_the_table_has_a_row_for_each_cost_and_the_sum() -> None:
    made = prices.table({"dev": {"Postgres": 11.684}, "small": {"Redis": 2}}, ["Postgres", "Redis", "NAT"])
    assert made.splitlines() == [
        "| | dev | small |",
        "|---|---:|---:|",
        "| Postgres | 11.68 |  |",
        "| Redis |  | 2.00 |",
        "| **together** | **11.68** | **2.00** |",
    ]


def test_the_sum_of_the_small_stage_in_the_readme_is_within_its_limit() -> None:
    head, *_, total = prices.written().splitlines()
    column = [cell.strip() for cell in head.split("|")].index("small")
    assert 30 < float(total.split("|")[column].strip(" *")) <= prices.LIMITS_USD["small"]


def test_every_price_is_dated_and_has_a_source() -> None:
    with prices.TABLE.open() as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"].startswith("https://aws.amazon.com/") for row in rows)
    assert all(date.fromisoformat(row["as_of"]) >= date(2026, 11, 1) for row in rows)
    assert {row["resource"] for row in rows} >= set(meters.METERS)


def test_costs_are_written_from_the_stored_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{prices.BEGIN}old\n{prices.END}after\n")
    monkeypatch.setattr(prices, "README", readme)
    monkeypatch.setattr(costs, "WORK", tmp_path)
    planned = plan(database()) | {"variables": {"budget_usd": {"value": 72}}}
    for stage in costs.STAGES:
        costs.plan_file(stage).parent.mkdir()
        costs.plan_file(stage).write_text(json.dumps(planned))
    assert costs.main() == 0
    assert "| Postgres | 11.68 | 11.68 | 11.68 |" in prices.written()
    assert readme.read_text().startswith("before\n")
    assert readme.read_text().endswith("after\n")


def test_without_plans_the_command_that_makes_them_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costs, "WORK", tmp_path)
    with pytest.raises(Problem, match="no plan of dev, prod, small: run `make deploy-check"):
        costs.stored_plans()
