"""What a run records about the requests that it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.histories import Row, load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.replay import dump, generation, replayed

from pipeline import checks
from pipeline.city import City
from pipeline.errors import DataError
from pipeline.quality import Check
from pipeline.result import MergeResult

CITY = tolerant()
ELSEWHERE = {"latitude": "34.20", "longitude": "-118.45"}
CLOSED = {"status": "Closed", "closeddate": "2026-11-21T08:00:00.000"}
FIRST = [plain_row(number) for number in range(1, 8)]
# Timestamps increase: a row that changes gets a later update time than before.
SECOND = [
    FIRST[0],
    plain_row(2, 2, status="In progress"),
    plain_row(3, 2, **CLOSED, owner="LASAN - LSD"),
    plain_row(4, 2, **ELSEWHERE),
    plain_row(5, 2, requesttype="Graffiti Removal"),
    plain_row(6, 2, owner="LASAN - LSD"),
    plain_row(7, 2, nc="6"),
    plain_row(8, 2),
    plain_row(9, 2, **CLOSED),
]
THIRD = [*SECOND[1:2], plain_row(3, 3), *SECOND[3:]]
FOURTH = [plain_row(1, 4), *THIRD]
Recorded = dict[str, tuple[str, list[str] | None]]


class Story:
    """Runs of one database, one after the other."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.settings = settings_for(database, "http://unused.invalid")

    def load(self, rows: list[Row], city: City = CITY, **options: Any) -> MergeResult:
        return load(self.settings, city, rows, is_whole=True, **options)

    def kinds(self, of: int) -> Recorded:
        """The changes that the run of this generation recorded, by request number."""
        query = "SELECT srnumber, kind, also FROM changes WHERE generation = %s"
        return {number: (kind, also) for number, kind, also in self.database.rows(query, of)}

    def change(self, number: str, of: int) -> dict[str, Any]:
        query = "SELECT to_jsonb(changes) FROM changes WHERE srnumber = %s AND generation = %s"
        return dict(self.database.value(query, number, of))


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Generation 1 is the first load; 2 has changes of each kind; in 3 a request is gone, in 4 it returns."""
    with databases.database() as fresh:
        story = Story(fresh)
        for rows in (FIRST, SECOND, THIRD, FOURTH):
            story.load(rows, reconcile=True)
        yield story


def test_a_first_load_records_nothing(story: Story) -> None:
    assert story.kinds(1) == {}
    assert story.database.value("SELECT min(generation) FROM changes") == 2


def test_every_kind_is_recorded_from_compared_values(story: Story) -> None:
    assert story.kinds(2) == {
        "1-2": ("updated", None),
        "1-3": ("closed", ["reassigned"]),
        "1-4": ("moved", None),
        "1-5": ("retyped", None),
        "1-6": ("reassigned", None),
        "1-7": ("moved", None),
        "1-8": ("created", None),
        "1-9": ("created", ["closed"]),
    }
    assert story.kinds(3) == {"1-1": ("gone", None), "1-3": ("reopened", ["reassigned"])}
    assert story.kinds(4) == {"1-1": ("returned", None)}


def test_only_the_fields_that_changed_are_kept(story: Story) -> None:
    updated, closed = story.change("1-2", 2), story.change("1-3", 2)
    assert (updated["before"], updated["after"]) == ({"status": "Open"}, {"status": "In progress"})
    assert closed["before"].keys() == {"status", "closed_date", "is_open", "agency_id"}
    assert closed["before"]["closed_date"] is None
    assert closed["after"]["closed_date"] == "2026-11-21T08:00:00"


def test_a_request_keeps_its_id_and_all_its_fields_when_it_goes_and_returns(story: Story) -> None:
    gone, returned = story.change("1-1", 3), story.change("1-1", 4)
    assert gone["request_id"] == returned["request_id"]
    assert gone["before"] == returned["after"] == dump(story.database)[gone["request_id"]]
    assert gone["after"] is returned["before"] is None


def test_the_council_and_type_of_before_are_kept_where_they_differ(story: Story) -> None:
    moved, retyped = story.change("1-7", 2), story.change("1-5", 2)
    assert moved["council_id_before"] == moved["before"]["council_id"] != moved["council_id"]
    assert retyped["type_id_before"] == retyped["before"]["type_id"] != retyped["type_id"]
    assert moved["type_id_before"] is retyped["council_id_before"] is None
    assert story.change("1-1", 3)["council_id"] == story.change("1-1", 3)["before"]["council_id"]


def test_a_republished_dataset_is_no_change(story: Story) -> None:
    again = [replace(row, id=row.id + 1000, stamp=row.stamp + 1000) for row in FOURTH]
    before = generation(story.database)
    assert not story.load(again, reconcile=True).has_changed
    assert story.kinds(before + 1) == {}


def test_a_full_load_records_the_differences_only(story: Story) -> None:
    before, rows = generation(story.database), dump(story.database)
    story.load([plain_row(1, 5, status="Looked at"), *FOURTH[1:-1]], full=True)
    assert story.kinds(before + 1) == {"1-1": ("updated", None), "1-9": ("gone", None)}
    assert story.change("1-1", before + 1)["cause"] == "published"
    query = "SELECT sequence, generation, request_id, srnumber, kind, also, cause, before, after FROM changes"
    added = story.database.rows(f"{query} WHERE generation > %s ORDER BY sequence", before)
    assert replayed(rows, added) == dump(story.database)


def test_other_rules_are_told_from_what_the_city_published(story: Story) -> None:
    before = generation(story.database)
    known = story.database.rows("SELECT srnumber FROM service_requests WHERE status = 'Open' ORDER BY 1")
    schemas = {
        name: schema.model_copy(update={"ended_statuses": ("Open",)}) for name, schema in CITY.schemas.items()
    }
    strict = CITY.model_copy(update={"schemas": schemas, "digest": "another"})
    story.load([plain_row(10, 6)], strict)
    recorded = story.kinds(before + 1)
    assert recorded == {number: ("closed", None) for (number,) in known} | {"1-10": ("created", ["closed"])}
    assert {story.change(number, before + 1)["cause"] for (number,) in known} == {"rules"}
    assert story.change("1-10", before + 1)["cause"] == "published"


def test_sequences_have_no_gap_and_order_the_generations(story: Story) -> None:
    rows = story.database.rows("SELECT sequence, generation FROM changes ORDER BY sequence")
    assert [sequence for sequence, _ in rows] == list(range(1, len(rows) + 1))
    assert [generation for _, generation in rows] == sorted(generation for _, generation in rows)


def test_the_loader_cannot_rewrite_the_history(story: Story) -> None:
    query = "SELECT has_table_privilege('loader_311', 'changes', %s)"
    allowed = {name: story.database.value(query, name) for name in ("INSERT", "UPDATE", "TRUNCATE")}
    assert allowed == {"INSERT": True, "UPDATE": False, "TRUNCATE": False}


def test_a_run_that_fails_a_check_or_only_looks_records_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = story.database.value("SELECT max(sequence) FROM changes")
    story.load([plain_row(11, 7)], dry_run=True)
    failed = Check("as if", "fail", "1")
    monkeypatch.setattr(checks, "merge_checks", lambda *_: (failed,))
    with pytest.raises(DataError):
        story.load([plain_row(11, 7)])
    assert story.database.value("SELECT max(sequence) FROM changes") == before


def test_old_changes_are_deleted_after_the_days_of_the_setting() -> None:
    month_ago = "UPDATE changes SET changed_at = changed_at - interval '31 days'"
    kept = "SELECT min(generation), max(generation), max(sequence) FROM changes"
    with databases.database() as fresh:
        story = Story(fresh)
        story.load(FIRST)
        story.load(SECOND)
        fresh.change(month_ago)
        last = fresh.value("SELECT max(sequence) FROM changes")
        story.load([plain_row(8, 9, status="Looked at")])
        assert fresh.rows(kept) == [(2, 3, last + 1)]
        story.settings = story.settings.model_copy(update={"changes_retention_days": 30})
        fresh.change(month_ago)
        story.load([plain_row(8, 9, status="Looked at")])
        # The last number is remembered, and the next changes continue from it.
        assert fresh.rows(kept) == [(None, None, None)]
        assert fresh.rows("SELECT last_change, forgotten_change FROM data_generation") == [(last + 1,) * 2]
        story.load([plain_row(8, 10, status="Looked at twice")])
        assert fresh.rows(kept) == [(4, 4, last + 2)]
