"""The contents of the data quality page, compared with the pipeline's own tables."""

from __future__ import annotations

from support.cards import card, dicts, figures
from support.databases import Database

from data.warehouse import Warehouse
from pages import data_quality as page
from report_kit.content import CardContent


def build(warehouse: Warehouse, name: str) -> CardContent:
    return card(warehouse, page.REPORT, name)


def test_the_large_numbers(city: Database, warehouse: Warehouse) -> None:
    value = figures(build(warehouse, "numbers"))
    measures = ("NOT is_information", "NOT is_information AND latitude IS NULL", "is_information")
    for name, measure in zip(("requests", "unlocated", "information"), measures, strict=True):
        counted = city.value(f"SELECT count(*) FROM service_requests WHERE {measure}")
        assert value[name] == counted > 0
    assert value["rejected_rows"] == city.value("SELECT count(*) FROM rejected_requests") == 12
    assert value["generation"] == city.value("SELECT generation FROM data_generation")
    assert value["last_run_status"] == "succeeded"


def test_runs_in_order_with_failed_and_partial_ones(city: Database, warehouse: Warehouse) -> None:
    runs = dicts(build(warehouse, "loaded"))
    counted = city.rows(
        "SELECT rows_inserted, rows_updated, rows_rejected, status FROM load_runs ORDER BY started_at"
    )
    names = ("rows_inserted", "rows_updated", "rows_rejected", "status")
    assert [[run[name] for name in names] for run in runs] == counted
    assert build(warehouse, "loaded").summary == "15 runs, 1 partial and 1 failed. Times are local city time."
    newest_first = dicts(build(warehouse, "runs"))
    assert [run["status"] for run in newest_first] == [run["status"] for run in runs[::-1]]


def test_every_check_of_the_last_run_with_its_limits(warehouse: Warehouse) -> None:
    shown = build(warehouse, "checks")
    assert [[check[name] for name in ("check", "status", "value", "limits")] for check in dicts(shown)] == [
        ["unreviewed types", "warn", "7%", "warn above 5%"],
        ["newest request", "ok", "1 day", "warn above 3 days, fail above 30"],
    ]
    assert shown.summary == "Needs review: unreviewed types."


def test_rejected_rows_by_reason_and_dataset(warehouse: Warehouse) -> None:
    assert dicts(build(warehouse, "rejected")) == [
        {"reason": "no number", "rows": 8},
        {"reason": "no created date", "rows": 4},
    ]
    by_dataset = dicts(build(warehouse, "rejected-by-dataset"))
    assert [(row["dataset"], row["rows"]) for row in by_dataset] == [("test-test", 8), ("test-test", 4)]
    # On the evening of the day before, in the city.
    assert {row["last_seen"] for row in by_dataset} == {"2026-01-01"}


def test_a_skipped_dataset_comes_first_with_its_reason(warehouse: Warehouse) -> None:
    """The last run read one dataset only: the other is still skipped."""
    shown = build(warehouse, "datasets")
    assert [(row["dataset"], row["status"], row["message"]) for row in dicts(shown)] == [
        ("gone-gone", "skipped", "The portal responded with 404"),
        ("test-test", "read", ""),
        ("past-past", "not in the last run", ""),
    ]
    assert "1 dataset skipped" in shown.summary
    assert [row["status"] for row in dicts(build(warehouse, "log"))] == ["WARN", "INFO"]
