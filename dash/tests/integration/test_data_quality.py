"""What the data quality page says against the pipeline's own tables."""

from __future__ import annotations

from support.databases import Database

from data.source import Source
from frame.selection import Selection
from pages import data_quality as page


def build(source: Source, name: str) -> list[dict[str, object]]:
    card = page.REPORT.card(name)
    assert card is not None
    return list(card.build(source, Selection.of((), "", source.facts())).table)


def test_the_large_numbers(city: Database, source: Source) -> None:
    value = {row["figure"]: row["value"] for row in build(source, "numbers")}
    assert value["requests"] == city.value("SELECT count(*) FROM service_requests")
    assert value["refused_rows"] == city.value("SELECT count(*) FROM rejected_requests") == 12
    assert value["generation"] == city.value("SELECT generation FROM data_generation")
    assert value["last_run_status"] == "succeeded"


def test_nights_in_order_with_the_failed_one(city: Database, source: Source) -> None:
    nights = build(source, "loaded")
    counted = city.rows(
        "SELECT rows_inserted, rows_updated, rows_refused, status FROM load_runs ORDER BY started_at"
    )
    names = ("rows_inserted", "rows_updated", "rows_refused", "status")
    assert [[night[name] for name in names] for night in nights] == counted
    assert [night["status"] for night in nights].count("failed") == 1
    assert build(source, "runs") == nights[::-1]


def test_checks_of_the_last_night_only(source: Source) -> None:
    checks = build(source, "checks")
    assert [(check["name"], check["value"]) for check in checks] == [
        ("freshness", "0"),
        ("new request types", "2"),
    ]


def test_refused_rows_by_reason_and_dataset(source: Source) -> None:
    assert build(source, "refused") == [
        {"reason": "no number", "rows": 8},
        {"reason": "no created date", "rows": 4},
    ]
    assert [(row["dataset"], row["rows"]) for row in build(source, "refused-by-dataset")] == [
        ("test-test", 8),
        ("test-test", 4),
    ]


def test_datasets_and_log(source: Source) -> None:
    assert [(row["dataset"], row["rows_published"]) for row in build(source, "datasets")] == [
        ("test-test", 4000)
    ]
    assert [row["status"] for row in build(source, "log")] == ["WARN", "INFO"]
