"""The city declares how stored rows are served; when the rules change, all rows are derived again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import DATASET, load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.truth import assert_sound, requests_of, served_of

from pipeline import checks
from pipeline.city import City
from pipeline.config import Settings
from pipeline.declaration import Pattern, TypeGroup
from pipeline.quality import Check

CITY = tolerant()


@pytest.fixture
def settings(database: Database) -> Settings:
    return settings_for(database, "http://unused.invalid")


def served(database: Database, columns: str, number: int = 1) -> Any:
    """One served request, with its type, agency and source."""
    query = f"""
        SELECT {columns} FROM service_requests
          JOIN request_types AS types USING (type_id)
          JOIN type_groups USING (group_id)
          JOIN agencies ON agencies.agency_id = service_requests.agency_id
         WHERE srnumber = '1-{number}'
    """
    (row,) = database.rows(query)
    return row[0] if len(row) == 1 else row


def test_the_city_is_where_every_service_reads_it(settings: Settings, database: Database) -> None:
    load(settings, CITY, [plain_row(1)])
    columns = "city_key, city_name, time_zone, west, south, east, north, words ->> 'area'"
    assert database.rows(f"SELECT {columns} FROM city") == [
        ("la", "Los Angeles", "America/Los_Angeles", -118.8, 33.6, -118.0, 34.5, "Neighborhood council")
    ]


def test_an_alias_comes_before_the_patterns_and_the_first_pattern_wins(
    settings: Settings, database: Database
) -> None:
    patterns = (
        Pattern(match="^LASAN", code="first"),
        Pattern(match="LASAN - LSD$", code="second"),
        Pattern(match="LSD", code="third"),
    )
    rules = {"aliases": {"owner": {"LASAN exactly": "alias"}}, "patterns": {"owner": patterns}}
    owners = ["LASAN exactly", " LASAN - LSD ", "B - LSD", "lasan"]
    rows = [plain_row(number, owner=owner) for number, owner in enumerate(owners)]
    load(settings, CITY.model_copy(update=rules), rows)
    codes = [served(database, "agencies.data_code", number) for number in range(4)]
    assert codes == ["alias", "first", "third", "lasan"]
    published = database.rows("SELECT owner FROM requests ORDER BY srnumber")
    assert [owner for (owner,) in published] == owners


def test_a_group_crosses_the_change_of_types(settings: Settings, database: Database) -> None:
    types = ["Bulky Items", "Item Pickups", "Space Debris"]
    load(settings, CITY, [plain_row(number, requesttype=name) for number, name in enumerate(types)])
    groups = [served(database, "group_name", number) for number in range(3)]
    assert groups == ["Item pickups", "Item pickups", "Other"]


def test_groups_may_swap_or_pass_on_their_names(settings: Settings, database: Database) -> None:
    names = ["Pickups", "Street", "Trees"], ["Street", "Pickups", "Trees"], ["Pickups", "Trees"]
    for number, declared in enumerate(names):
        groups = tuple(
            TypeGroup(id=id_, name=name, color="#000000", types=("Bulky Items",) if id_ == 1 else ())
            for id_, name in enumerate(declared, 1)
        )
        load(settings, CITY.model_copy(update={"groups": groups}), [plain_row(number)])
        stored = database.rows("SELECT group_name FROM type_groups WHERE group_id > 0 ORDER BY group_id")
        assert [name for (name,) in stored] == declared
        assert served(database, "group_name", number) == declared[0]


def test_an_empty_text_in_a_column_of_times_is_no_time_and_no_reason_to_refuse_the_row(
    settings: Settings, database: Database
) -> None:
    rows = [plain_row(number, closeddate=text) for number, text in enumerate(["", "  "])]
    load(settings, CITY, rows)
    assert database.rows("SELECT closeddate FROM requests") == [(None,), (None,)]
    assert database.rows("SELECT is_open FROM service_requests") == [(True,), (True,)]


STATES: list[tuple[dict[str, str | None], tuple[bool, bool, bool]]] = [
    ({"status": "Open"}, (True, False, False)),
    ({"status": "Duplicate Confirm"}, (False, True, False)),
    ({"status": "Potential Duplicate"}, (True, False, False)),
    ({"status": "Closed"}, (False, False, False)),
    ({"status": "closed"}, (True, False, False)),
    ({"status": None}, (True, False, False)),
    ({"status": "Open", "closeddate": "2026-11-21T09:00:00.000"}, (False, False, False)),
    ({"outcome": "DUP-Duplicate"}, (True, True, False)),
    ({"outcome": "no DUP-"}, (True, False, False)),
    ({"requesttype": "Information-Only"}, (True, False, True)),
]


def test_open_duplicate_and_information_are_what_the_city_declares(
    settings: Settings, database: Database
) -> None:
    load(settings, CITY, [plain_row(number, **fields) for number, (fields, _) in enumerate(STATES)])
    columns = "is_open, is_duplicate, service_requests.is_information"
    assert [served(database, columns, number) for number in range(len(STATES))] == [s for _, s in STATES]
    open_cells = database.value("SELECT sum(requests) FROM rollup_open")
    # The open call for information is not counted as a request.
    assert open_cells == sum(is_open and not is_information for _, (is_open, _, is_information) in STATES)
    assert database.value("SELECT sum(information) FROM rollup_daily") == 1
    assert_sound(database)


NOWHERE: list[dict[str, str | None]] = [
    {"latitude": None, "longitude": None},
    {"latitude": "0", "longitude": "0"},
    {"latitude": "-118.25", "longitude": "34.05"},
    {"latitude": "34.05", "longitude": None},
]


@pytest.mark.parametrize("place", NOWHERE)
def test_a_request_without_a_place_counts_under_its_published_council(
    place: dict[str, str | None], settings: Settings, database: Database
) -> None:
    load(settings, CITY, [plain_row(1, **place)])
    council = "(SELECT data_code FROM councils WHERE councils.council_id = service_requests.council_id)"
    row = served(database, f"latitude, longitude, geom, {council}")
    assert row == (None, None, None, "52")
    assert database.rows("SELECT requests, unlocated FROM rollup_daily") == [(1, 1)]


@pytest.mark.parametrize(("published", "district"), [("15", 15), ("0", None), ("99999", None), (None, None)])
def test_city_id_is_the_council_district(
    published: str | None, district: int | None, settings: Settings, database: Database
) -> None:
    load(settings, CITY, [plain_row(1, cd=published)])
    assert database.value("SELECT city_id FROM service_requests") == district


def changed_rules() -> City:
    """Other aliases, groups, ended statuses and bounds: nothing is served as before."""
    cases = CITY.schemas["cases"].model_copy(update={"ended_statuses": ("Open",)})
    bounds = CITY.bounds.model_copy(update={"south": 34.1})
    group = TypeGroup(id=1, name="Everything", color="#000000", types=("Bulky Items",))
    aliases = {"owner": {"BOS": "LASAN"}}
    schemas = CITY.schemas | {"cases": cases}
    rules = {"schemas": schemas, "bounds": bounds, "groups": (group,), "aliases": aliases}
    return CITY.model_copy(update=rules)


def test_changed_rules_serve_every_stored_row_again_in_one_run(
    settings: Settings, database: Database
) -> None:
    rows = [plain_row(1), plain_row(2, latitude="34.2", longitude="-118.45")]
    load(settings, CITY, rows)
    stored = requests_of(database)
    result = load(settings, changed_rules(), [])
    assert (result.is_rebuilt, result.has_changed, result.generation) == (True, True, 2)
    assert requests_of(database) == stored
    state = [
        served(database, "latitude, is_open, group_name, agencies.data_code", number) for number in (1, 2)
    ]
    assert state == [(None, False, "Everything", "LASAN"), (34.2, False, "Everything", "LASAN")]
    assert_sound(database)
    assert not load(settings, changed_rules(), []).is_rebuilt


def test_a_dry_run_says_that_new_rules_rebuild_everything(settings: Settings) -> None:
    """It said that nothing would change."""
    load(settings, CITY, [plain_row(1)])
    message = load(settings, changed_rules(), [], dry_run=True).message
    assert message.startswith("Would load 0 new, 0 updated of 0 rows read, every served request rebuilt")


def test_a_rebuild_takes_the_runs_own_rows_too_and_equals_a_full_load(
    settings: Settings, database: Database
) -> None:
    load(settings, CITY, [plain_row(1), plain_row(2)])
    load(settings, changed_rules(), [plain_row(2, stamp=2, status="Changed"), plain_row(3, stamp=2)])
    rebuilt = requests_of(database), served_of(database)
    assert [row[2] for row in rebuilt[0]] == ["Open", "Changed", "Open"]
    load(settings, changed_rules(), [plain_row(1)], full=True)
    load(settings, changed_rules(), [plain_row(2, stamp=2, status="Changed"), plain_row(3, stamp=2)])
    assert (requests_of(database), served_of(database)) == rebuilt


def test_readers_are_not_blocked_while_everything_is_served_again(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(settings, CITY, [plain_row(1)])
    seen: list[Any] = []
    check = checks.merge_checks

    def check_next_to_a_reader(*arguments: Any) -> tuple[Check, ...]:
        with psycopg.connect(database.reader_url, options="-c lock_timeout=500") as reader:
            seen.extend(reader.execute("SELECT is_open FROM service_requests").fetchall())
        return check(*arguments)

    monkeypatch.setattr(checks, "merge_checks", check_next_to_a_reader)
    load(settings, changed_rules(), [])
    assert seen == [(True,)]
    assert database.rows("SELECT is_open FROM service_requests") == [(False,)]


def test_limits_and_datasets_may_change_without_a_rebuild(settings: Settings) -> None:
    load(settings, CITY, [plain_row(1)])
    assert not load(settings, tolerant(rejected_share=0.5), [plain_row(1)]).is_rebuilt


def test_a_type_that_the_city_declares_is_reviewed(settings: Settings, database: Database) -> None:
    result = load(
        settings, CITY, [plain_row(1, requesttype="Item Pickups"), plain_row(2, requesttype="Comet")]
    )
    assert [check.meaning for check in result.checks if check.name == "new request types"] == ["'Comet'"]
    reviewed = "SELECT data_code, is_reviewed FROM request_types WHERE data_code = ANY(%s) ORDER BY 1"
    assert database.rows(reviewed, ["Comet", "Item Pickups"]) == [("Comet", False), ("Item Pickups", True)]


def test_the_run_says_what_it_loaded_of_each_dataset(settings: Settings, database: Database) -> None:
    load(settings, CITY, [plain_row(1), plain_row(2, createddate="soon")])
    row = "status, rows_read, rows_inserted, rows_rejected, missing_columns"
    assert database.rows(f"SELECT {row} FROM run_datasets WHERE dataset_id = %s", DATASET.id) == [
        ("read", 2, 1, 1, [])
    ]
    loaded: datetime = database.value("SELECT last_loaded_at()")
    assert loaded is not None
