"""What other cities require of a declaration: their own database, unusual codes, reopened requests, etc."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, Outcome, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound
from samples import first

from pipeline.city import CITIES, City, load_city
from pipeline.errors import DataError, IngestError
from portal.server import serve

NYC, SF, CHICAGO = (load_city(key) for key in ("nyc", "sf", "chicago"))
TODAY = NOW.date()
SQUARE = [[[-73.99, 40.7], [-73.98, 40.7], [-73.98, 40.71], [-73.99, 40.71], [-73.99, 40.7]]]
EAST = [[[-73.98, 40.7], [-73.97, 40.7], [-73.97, 40.71], [-73.98, 40.71], [-73.98, 40.7]]]
REFERENCE = (
    "SELECT (SELECT count(*) FROM councils), (SELECT count(*) FROM agencies), (SELECT city_name FROM city)"
)


def nyc_row(number: int, **changed: str) -> dict[str, str]:
    row = {
        "unique_key": str(number),
        "complaint_type": "Street Condition",
        "descriptor": "Pothole",
        "status": "Open",
        "created_date": "2026-11-01T01:30:00.000",
        "resolution_action_updated_date": "2026-11-01T01:30:00.000",
        "agency": "DOT",
        "agency_name": "Department of Transportation",
        "community_board": "12 MANHATTAN",
    }
    return row | changed


def feature(code: str, rings: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": rings}
    return {"type": "Feature", "properties": {"boro_cd": code}, "geometry": geometry}


def run(
    database: Database,
    folder: Path,
    rows: list[dict[str, str]],
    *,
    city: City = NYC,
    features: list[dict[str, Any]] | None = None,
    **options: Any,
) -> Outcome:
    """Run this city over these rows and polygons."""
    data, polygons = folder / "rows.json", folder / "polygons.geojson"
    data.write_text(json.dumps(rows))
    polygons.write_text(json.dumps({"type": "FeatureCollection", "features": features or []}))
    with serve(city=city.key, data=data, boundaries_file=polygons) as (url, _):
        return run_ingest(settings_for(database, url), city=tolerant(city, shrunk_share=1), **options)


def no_polygons(city: City) -> City:
    return city.model_copy(update={"boundaries": None})


def with_agencies(**ids: int) -> City:
    """New York, with a reference file that pins the ids of these agencies."""
    common = {"website": "", "twitter": ""}
    agencies = tuple(
        {"agency_id": str(pinned), "agency_name": code, "data_code": code, **common}
        for code, pinned in ids.items()
    )
    return no_polygons(NYC).model_copy(update={"reference": {"agencies": agencies}, "names": {}})


def test_a_new_database_forgets_the_city_of_its_migrations(database: Database, tmp_path: Path) -> None:
    assert database.rows(REFERENCE)[0][2] == "Los Angeles"
    run(database, tmp_path, [nyc_row(1)], city=no_polygons(NYC))
    assert database.rows(REFERENCE) == [(2, 1, "New York")]
    assert database.value("SELECT council_name FROM councils WHERE council_id = 0") == "No community district"
    assert_sound(database)


def test_a_new_database_has_the_name_of_its_city_before_the_first_load_ends(
    database: Database, tmp_path: Path
) -> None:
    """It takes hours, and may fail; a dry run changes nothing."""
    gone = NYC.model_copy(update={"datasets": (NYC.newest.model_copy(update={"id": "aaaa-0000"}),)})
    names = "SELECT city_name, words ->> 'area' FROM city"
    for options, name in (({"dry_run": True}, "Los Angeles"), ({}, "New York")):
        with pytest.raises(IngestError, match="aaaa-0000"):
            run(database, tmp_path, [nyc_row(1)], city=no_polygons(gone), **options)
        assert database.rows(names)[0][0] == name
    run(database, tmp_path, [nyc_row(1)], city=no_polygons(NYC))
    assert database.rows(names) == [("New York", "Community district")]
    assert_sound(database)


def test_a_database_with_requests_of_another_city_is_refused(database: Database, tmp_path: Path) -> None:
    run(database, tmp_path, [nyc_row(1)], city=no_polygons(NYC))
    before = database.rows(REFERENCE)
    with pytest.raises(DataError, match="holds 1 requests of New York: Chicago needs a database of its own"):
        run(database, tmp_path, [], city=CHICAGO)
    assert database.rows(REFERENCE) == before


def test_a_database_with_requests_of_another_portal_is_refused(database: Database) -> None:
    """For example, a real city after the sample city, in the database that Compose has for both."""
    requests = "SELECT count(*), max(loaded_at) FROM requests"
    with serve(rows=300, today=TODAY) as (url, _):
        run_ingest(settings_for(database, url))
        before = database.rows(requests)
        other = settings_for(database, url.replace("127.0.0.1", "localhost"))
        for chosen in ({}, {"full": True}, {"reconcile": True}, {"dry_run": True}):
            with pytest.raises(DataError, match="this run reads from localhost"):
                run_ingest(other, **chosen)
        assert database.rows(requests) == before
    assert database.value("SELECT portal FROM city") == "127.0.0.1"


def test_a_database_of_an_earlier_release_or_renamed_portal_takes_that_of_its_next_run(
    database: Database,
) -> None:
    with serve(rows=300, today=TODAY) as (url, _):
        run_ingest(settings_for(database, url))
        database.change("UPDATE city SET portal = NULL")
        run_ingest(settings_for(database, url))
    assert database.value("SELECT portal FROM city") == "127.0.0.1"


def test_pinned_ids_survive_a_run_and_edits_of_the_files_arrive(database: Database, tmp_path: Path) -> None:
    city = no_polygons(NYC)
    dot = {"agency_id": "7", "agency_name": "Streets", "data_code": "DOT", "website": "", "twitter": ""}
    for name in ("Streets", "Transportation"):
        pinned = city.model_copy(
            update={"reference": {"agencies": (dot | {"agency_name": name},)}, "names": {}}
        )
        run(database, tmp_path, [nyc_row(1)], city=pinned)
        agencies = "SELECT agency_id, agency_name, is_reviewed FROM agencies"
        assert database.rows(agencies) == [(7, name, True)]


def test_an_unknown_code_gets_no_pinned_id(database: Database, tmp_path: Path) -> None:
    rows = [nyc_row(1), nyc_row(2, agency="DEP")]
    run(database, tmp_path, rows, city=with_agencies(DOT=1001, NYPD=1005))
    agencies = "SELECT data_code, agency_id FROM agencies ORDER BY 2"
    assert database.rows(agencies) == [("DOT", 1001), ("NYPD", 1005), ("DEP", 1006)]
    rows.append(nyc_row(3, agency="DSNY"))
    run(database, tmp_path, rows, city=with_agencies(DOT=1001, NYPD=1005, HPD=1007))
    assert database.rows(agencies)[2:] == [("DEP", 1006), ("HPD", 1007), ("DSNY", 1008)]
    assert_sound(database)


@pytest.mark.parametrize(
    ("before", "pinned", "details"),
    [
        ({}, {"DOT": 7}, "'DOT': 7 in the file, 1001 in the table"),
        (
            {"DOT": 7, "NYPD": 8},
            {"NYPD": 7, "DOT": 8},
            "'NYPD': 7 in the file, 8 in the table; 'DOT': 8 in the file, 7 in the table",
        ),
    ],
    ids=["learned", "swapped"],
)
def test_a_code_keeps_the_id_that_the_database_has(
    before: dict[str, int], pinned: dict[str, int], details: str, database: Database, tmp_path: Path
) -> None:
    learned = no_polygons(NYC).model_copy(update={"names": {}})
    run(database, tmp_path, [nyc_row(1)], city=with_agencies(**before) if before else learned)
    agencies = "SELECT data_code, agency_id FROM agencies ORDER BY 1"
    stored = database.rows(agencies)
    for options in ({}, {"full": True}, {"dry_run": True}):
        with pytest.raises(DataError) as error:
            run(database, tmp_path, [nyc_row(1)], city=with_agencies(**pinned), **options)
        assert f"agencies.csv pins different ids than the table agencies ({details})" in str(error.value)
    assert database.rows(agencies) == stored
    run(database, tmp_path, [nyc_row(1)], city=with_agencies(**dict(stored)))
    assert_sound(database)


def test_agencies_take_their_names_from_the_rows(database: Database, tmp_path: Path) -> None:
    rows = [nyc_row(n, agency_name=name) for n, name in enumerate(("Roads", "Department", "Department"), 1)]
    run(database, tmp_path, rows, city=no_polygons(NYC).model_copy(update={"names": {}}))
    assert database.rows("SELECT data_code, agency_name FROM agencies") == [("DOT", "Department")]


@pytest.mark.parametrize(
    ("published", "code"),
    [
        ("12 MANHATTAN", "112"),
        ("01 STATEN ISLAND", "501"),
        ("Unspecified BRONX", ""),
        ("0 Unspecified", ""),
        ('O\'Hare / "Ohio" \\ 50% {x} Ñandú', 'O\'Hare / "Ohio" \\ 50% {x} Ñandú'),
    ],
)
def test_area_texts_become_codes(published: str, code: str, database: Database, tmp_path: Path) -> None:
    run(database, tmp_path, [nyc_row(1, community_board=published)], city=no_polygons(NYC))
    query = "SELECT data_code FROM service_requests JOIN councils USING (council_id)"
    assert database.value(query) == code == NYC.code_of("area", published)
    assert database.value("SELECT area FROM requests") == published


def test_features_of_one_code_are_one_area_without_a_seam(database: Database, tmp_path: Path) -> None:
    outcome = run(database, tmp_path, [nyc_row(1)], features=[feature("112", SQUARE), feature("112", EAST)])
    assert database.rows("SELECT ST_NumGeometries(geom), ST_IsValid(geom) FROM geometries") == [(1, True)]
    assert not [check for check in outcome.checks if "repaired" in check.meaning]
    names = "SELECT council_name, region_name FROM councils JOIN regions USING (region_id)"
    assert database.rows(names) == [("Manhattan 12", "Manhattan")]


def test_requests_of_an_area_that_disappears_go_where_they_lie(database: Database, tmp_path: Path) -> None:
    both = [feature("112", SQUARE), feature("111", EAST)]
    row = nyc_row(1, latitude="40.705", longitude="-73.975", community_board="12 MANHATTAN")
    area = "SELECT data_code FROM service_requests JOIN councils USING (council_id)"
    run(database, tmp_path, [row], features=both)
    assert database.value(area) == "112"
    run(database, tmp_path, [row], features=both[1:])
    assert database.value(area) == "111"
    assert_sound(database)


def test_a_status_that_contradicts_the_closed_date_keeps_a_request_open(
    database: Database, tmp_path: Path
) -> None:
    closed = "2026-11-02T09:00:00.000"
    rows = [nyc_row(1, status="Pending", closed_date=closed), nyc_row(2, status="Closed", closed_date=closed)]
    run(database, tmp_path, rows, city=no_polygons(NYC))
    served = "SELECT is_open, closed_date IS NULL FROM service_requests ORDER BY srnumber"
    assert database.rows(served) == [(True, True), (False, False)]
    assert database.value("SELECT count(closeddate) FROM requests") == 2


def test_details_due_dates_and_kept_columns_are_stored(database: Database, tmp_path: Path) -> None:
    row = nyc_row(1, due_date="2026-11-09T00:00:00.000", bbl="1021300001")
    run(database, tmp_path, [row], city=no_polygons(NYC))
    stored = database.rows("SELECT detail, duedate::text, ownername, kept FROM requests")
    assert stored == [
        ("Pothole", "2026-11-09 00:00:00", "Department of Transportation", {"bbl": "1021300001"})
    ]
    again = run(database, tmp_path, [row | {"bbl": "2"}], city=no_polygons(NYC), reconcile=True)
    assert again.result.counts["updated"] == 1


def test_a_lost_kept_column_keeps_its_values_and_is_read_again_when_it_returns(
    database: Database, tmp_path: Path
) -> None:
    data, dataset = tmp_path / "rows.json", NYC.newest.id
    data.write_text(json.dumps([nyc_row(1, bbl="1", city="BRONX"), nyc_row(2, bbl="2"), nyc_row(3)]))
    kept = "SELECT kept FROM requests ORDER BY srnumber"
    with serve(city="nyc", data=data, today=NOW.date()) as (url, portal):
        settings, city = settings_for(database, url), tolerant(no_polygons(NYC))
        run_ingest(settings, city=city)
        portal.add_fault("remove", dataset=dataset, column="bbl")
        portal.upsert(nyc_row(1, city="QUEENS"), dataset)
        portal.upsert(nyc_row(4, bbl="4"), dataset)
        outcome = run_ingest(settings, city=city)
        assert outcome.check("lost columns").value == "bbl"
        assert database.rows(kept) == [({"bbl": "1", "city": "QUEENS"},), ({"bbl": "2"},), (None,), (None,)]
        again = run_ingest(settings, city=city)
        assert not again.result.has_changed
        assert again.plan.readings[0].start, "it is not read from the beginning while the column is lost"
        portal.clear_faults()
        run_ingest(settings, city=city)
    assert database.value("SELECT kept FROM requests WHERE srnumber = '4'") == {"bbl": "4"}
    assert database.value(f"SELECT count(kept) FROM ({kept}) AS everything") == 3
    assert_sound(database)


def test_a_type_that_becomes_a_detail_moves_its_requests(database: Database, tmp_path: Path) -> None:
    """The city turns a descriptor into a separate type: rows and rollups follow."""
    run(database, tmp_path, [nyc_row(1), nyc_row(2)], city=no_polygons(NYC))
    rows = [nyc_row(1, complaint_type="Pothole", descriptor="Deep"), nyc_row(2)]
    run(database, tmp_path, rows, city=no_polygons(NYC), reconcile=True)
    by_type = (
        "SELECT type_name, sum(requests) FROM rollup_daily JOIN request_types USING (type_id) GROUP BY 1"
    )
    assert sorted(database.rows(by_type)) == [("Pothole", 1), ("Street Condition", 1)]
    assert_sound(database)


def test_a_parent_marks_a_duplicate(database: Database, tmp_path: Path) -> None:
    rows = [
        {"sr_number": f"SR{n}", "sr_type": "Pothole", "created_date": "2026-11-01T01:30:00.000", **parent}
        for n, parent in enumerate(({}, {"parent_sr_number": "SR0"}))
    ]
    run(database, tmp_path, rows, city=CHICAGO)
    duplicates = "SELECT srnumber, is_duplicate FROM service_requests ORDER BY 1"
    assert database.rows(duplicates) == [("SR0", False), ("SR1", True)]


@pytest.mark.parametrize("key", first(sorted(folder.name for folder in CITIES.iterdir() if folder.is_dir())))
def test_times_of_the_runs_with_another_length_stay_as_published(
    key: str, database: Database, tmp_path: Path
) -> None:
    """Times are local, as published: no hour is lost in March, and no two are merged in November."""
    city = no_polygons(load_city(key))
    zone = ZoneInfo(city.time_zone)
    twice = NOW.replace(month=11, day=1, hour=1, tzinfo=zone)
    assert twice.utcoffset() != twice.replace(fold=1).utcoffset()
    columns = city.schemas[city.newest.schema_name].columns
    published = ["2026-03-08T02:30:00.000", "2026-11-01T01:30:00.000", "2026-11-01T23:59:59.000"]
    rows = [
        {columns["srnumber"][0]: str(n), columns["requesttype"][0]: "T", columns["createddate"][0]: moment}
        for n, moment in enumerate(published)
    ]
    run(database, tmp_path, rows, city=city)
    served = "SELECT to_char(created_date, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') FROM service_requests ORDER BY 1"
    assert [moment for (moment,) in database.rows(served)] == published
    hours = "SELECT created_date::text, created_hour FROM rollup_hour_type ORDER BY 1, 2"
    assert database.rows(hours) == [("2026-03-08", 2), ("2026-11-01", 1), ("2026-11-01", 23)]


@pytest.mark.parametrize("options", first([{"full": True}, {"reconcile": True}, {}]))
def test_the_requests_of_a_withdrawn_dataset_stay_as_they_are(
    options: dict[str, bool], database: Database
) -> None:
    """Even when all rows are derived again, because other rules have changed."""
    city = tolerant()
    withdrawn = next(dataset for dataset in city.datasets if dataset.id == "73a2-6ar5")
    served = """
        SELECT srnumber, is_open, is_duplicate, served.closed_date FROM service_requests AS served
          JOIN requests USING (srnumber) WHERE dataset_id = '73a2-6ar5' ORDER BY 1
    """
    with serve(rows=2_000, today=TODAY) as (url, portal):
        settings = settings_for(database, url)
        run_ingest(settings, city=city)
        before = database.rows(served)
        portal.add_fault("private", dataset=withdrawn.id)
        datasets = tuple(
            dataset.model_copy(update={"is_withdrawn": dataset == withdrawn}) for dataset in city.datasets
        )
        rules = {"datasets": datasets, "information_types": ("Bulky Items",)}
        outcome = run_ingest(settings, city=city.model_copy(update=rules), **options)
    assert outcome.plan.skipped == ()
    assert outcome.result.is_rebuilt
    assert len({(is_open, is_duplicate) for _, is_open, is_duplicate, _ in before}) > 2
    assert database.rows(served) == before
    assert database.value("SELECT count(*) FROM changes WHERE kind = 'reopened'") == 0
    assert_sound(database)


@pytest.mark.parametrize("options", first([{}, {"full": True}, {"reconcile": True}]))
def test_chosen_years_of_a_dataset_of_all_years(
    options: dict[str, bool], database: Database, tmp_path: Path
) -> None:
    """Their rows are read page by page; rows of other years stay, still published or not."""
    city = no_polygons(NYC)
    days = [f"{year}-05-0{day}T12:00:00.000" for year in (2024, 2025, 2026) for day in (1, 2, 3)]
    rows = [nyc_row(n, created_date=day, resolution_action_updated_date=day) for n, day in enumerate(days)]
    run(database, tmp_path, rows, city=city)
    changed = [
        row | {"status": "Closed", "resolution_action_updated_date": f"2026-06-0{day}T00:00:00.000"}
        for day, row in enumerate(rows, 1)
    ]
    data, changed = tmp_path / "rows.json", changed[1:]
    data.write_text(json.dumps(changed))
    with serve(city="nyc", data=data) as (url, _):
        settings = settings_for(database, url, socrata_page_rows=1)
        outcome = run_ingest(settings, city=tolerant(city, shrunk_share=1), years=(2025,), **options)
    assert outcome.result.counts["updated"] == outcome.result.counts["read"] == 3
    by_year = (
        "SELECT extract(year FROM created_date)::int, status, count(*) FROM service_requests GROUP BY 1, 2"
    )
    assert sorted(database.rows(by_year)) == [(2024, "Open", 3), (2025, "Closed", 3), (2026, "Open", 3)]
    assert "read only chosen years" in outcome.check("read only").name
    assert_sound(database)
    again = run(database, tmp_path, changed, city=city)
    assert again.result.counts["updated"] == 5


def test_new_rows_of_chosen_years_are_no_growth_for_the_next_run(database: Database, tmp_path: Path) -> None:
    """The chosen years do not move the watermark, so that the next run reads them again."""
    city = no_polygons(NYC)
    rows = [nyc_row(n) for n in range(5)]
    run(database, tmp_path, rows, city=city)
    late = {
        "created_date": "2025-05-01T12:00:00.000",
        "resolution_action_updated_date": "2026-11-02T01:30:00.000",
    }
    rows += [nyc_row(n, **late) for n in range(5, 9)]
    run(database, tmp_path, rows, city=city, years=(2025,))
    assert run(database, tmp_path, rows, city=city).check("unread growth").value.startswith("0 of")
