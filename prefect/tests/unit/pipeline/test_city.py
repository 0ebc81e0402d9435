"""The declaration of a city: contradictions are refused, and Los Angeles's agrees with what it publishes."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.city import CITIES, City, city_for, load_city, read_reference
from pipeline.columns import REQUEST_COLUMNS
from pipeline.config import Settings
from pipeline.declaration import Pattern
from pipeline.errors import DataError, IngestError, SettingsError
from pipeline.reference import FILES

LA = load_city()
FIELDS = Path(__file__).parents[4] / "docs" / "data_loading.md"
DOCUMENTED = Path(__file__).parents[5] / "shared" / "data" / "real" / "la_documented_values.json"
REFERENCE = Path(__file__).parents[4] / "api" / "alembic" / "seeds"
UNREVIEWED_SHARE = 0.01


@pytest.fixture
def declared() -> dict[str, Any]:
    declared = tomllib.loads((CITIES / "la" / "city.toml").read_text())
    return declared | {"reference": read_reference(CITIES / "la")}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["dataset"][1].update(first_day=date(2015, 12, 31)), "both cover 2015-12-31"),
        (lambda c: c["dataset"][1].update(id="ms7h-a45h"), "declared twice"),
        (lambda c: c["dataset"][1].update(schema="modern"), "no such schema"),
        (lambda c: c["discovery"].update(schema="modern"), "no such schema"),
        (lambda c: c["dataset"][1].update(id="../../etc"), "dataset.1.id"),
        (lambda c: c["dataset"][1].update(color="red"), "dataset.1.color"),
        (lambda c: c.update(time_zone="America/Los_Angles"), "no such time zone"),
        (lambda c: c["limits"].update(mood=1), "limits.mood"),
        (lambda c: c["bounds"].update(west=10.0), "west must be less than east"),
        (lambda c: c["reference"]["agencies"][1].update(agency_id="1"), "id in agencies.csv declared twice"),
        (lambda c: c["reference"]["types"][1].update(data_code="Graffiti Removal"), "code in types.csv"),
        (lambda c: c["group"][1].update(id=1), "group declared twice"),
        (lambda c: c["group"][1].update(name=c["group"][0]["name"]), "name of a group declared twice"),
        (lambda c: c["group"][1].update(name="Other"), "group.1.name"),
        (lambda c: c["group"][1].update(types=["Bulky Items"]), "type of a group declared twice"),
        (lambda c: c["patterns"]["owner"][0].update(match="(LASAN"), "patterns.owner.0.match"),
        (lambda c: c["patterns"]["owner"][0].update(match="^LASAN\\b"), "backslashes differ between"),
        (lambda c: c["patterns"]["owner"][0].update(match="(?i:lasan)"), "differs between Postgres"),
        (lambda c: c["patterns"]["owner"][0].update(match="^(?P<x>LASAN)$"), "differs between Postgres"),
        (lambda c: c["patterns"]["owner"][0].update(match="LA*+SAN"), "differs between Postgres"),
        (lambda c: c["patterns"]["owner"][0].update(match="(?i)LA{,3}"), "differs between Postgres"),
        (lambda c: c["patterns"]["owner"][0].update(match="LA{1,256}"), "differs between Postgres"),
        (lambda c: c["patterns"]["owner"][0].update(match="L(?=A)*"), "differs between Postgres"),
        (lambda c: c["patterns"]["owner"][0].update(match="[a[:alpha:]]"), "differs between Postgres"),
        (
            lambda c: c["schema"]["cases"].update(duplicate_outcomes=["(?i)repeat"]),
            "differs between Postgres",
        ),
        (lambda c: c["dataset"][1].update(last_day=date(2015, 1, 1)), "is before first_day"),
        (lambda c: c["dataset"].append(c["dataset"][-1] | {"id": "aaaa-bbbb"}), "both cover"),
        (lambda c: c["discovery"].update(title="Cases {years}"), "{year} must be in the title"),
        (lambda c: c["discovery"].update(title="Cases {year} {month}"), "no other braces"),
        (lambda c: c["reference"]["types"][1].update(type_nam="Bulky"), "no columns .'type_nam'."),
        (lambda c: c["reference"]["types"][1].pop("type_name"), "needs the columns .'type_name'."),
        (lambda c: c["reference"]["types"][1].update(type_id="two"), "row 2: type_id must be a whole number"),
        (lambda c: c["reference"]["areas"][1].update(latitude="N 34"), "row 2: latitude must be a number"),
        (lambda c: c["schema"]["cases"]["columns"].update(mood=["mood"]), "unknown columns"),
        (lambda c: c["schema"]["cases"]["columns"].pop("srnumber"), "that are not mapped"),
        (lambda c: c["schema"]["cases"]["columns"].update(status=["sta'tus"]), "pattern"),
        (lambda c: c["aliases"].update(address={"a": "b"}), "aliases.address"),
        (
            lambda c: c["schema"]["cases"].update(open_statuses=["Closed"]),
            "both in ended_statuses and in open",
        ),
        (lambda c: c["schema"]["cases"]["ignored"].append("status"), "more than once in columns, kept and"),
        (
            lambda c: c["schema"]["cases"]["columns"].update(detail=["status"]),
            r"more than once in columns, kept and ignored: \['status'\]",
        ),
        (lambda c: c["boundaries"].update(region_pattern="^[0-9]+$"), "must be in parentheses"),
        (
            lambda c: c["boundaries"].update(name_patterns=[{"match": "^A$", "name": r"\1"}]),
            "a missing group",
        ),
        (lambda c: c["patterns"]["owner"][0].update(match="^(A)(B)$", code=r"\3"), "a missing group"),
        (lambda c: c["patterns"]["owner"][0].update(match="^(A)$", code=r"\10"), "a missing group"),
        (lambda c: c.update(portal_url="data.lacity.org"), "portal_url"),
        (lambda c: c.update(name=" "), "must not be empty"),
        (lambda c: c["words"].update(aera="Ward"), r"words.aera(.|\n)*'area', 'areas', 'no_area'"),
        (lambda c: c.update(meters_per_degree_longitude=111320.0), "within these bounds it is 92"),
        (lambda c: c.update(meters_per_degree_latitude=92330.0), "within these bounds it is 111320"),
    ],
)
def test_a_contradiction_is_refused_with_the_path_of_its_key(
    change: Any, words: str, declared: dict[str, Any]
) -> None:
    change(declared)
    with pytest.raises(ValidationError, match=words):
        City.model_validate(declared)


def test_a_city_that_is_not_declared_is_named() -> None:
    with pytest.raises(IngestError, match=r"CITY=atlantis is not declared.*la"):
        load_city("atlantis")


@pytest.mark.parametrize(
    "expression", ["(?i)(?:A|B)(?! C)", "[a[]+[+*]", "[^(?i)]{2,}b{3}", "A{0,255}(?=B+)", "A[+][+]"]
)
def test_what_postgres_and_python_both_understand_is_accepted(expression: str) -> None:
    assert Pattern(match=expression, code="").match == expression


def test_an_expression_from_start_to_end_may_ignore_case() -> None:
    assert Pattern(match="(?i)^(cd) 1$", code=r"\1").code == r"\1"


def test_the_key_of_a_city_is_the_name_of_its_folder(tmp_path: Path) -> None:
    shutil.copytree(CITIES / "la", tmp_path / "lax")
    with pytest.raises(SettingsError, match=r"lax/city\.toml has key = 'la'"):
        load_city("lax", tmp_path)


def test_years_and_ids_choose_datasets() -> None:
    assert [d.id for d in LA.chosen(years=(2025,))] == ["h73f-gn57", "73a2-6ar5"]
    assert [d.id for d in LA.chosen(years=(2015,), ids=("2cy6-i7zn",))] == ["ms7h-a45h", "2cy6-i7zn"]
    assert LA.chosen() == LA.datasets
    assert LA.chosen(years=(2027,)) == (LA.newest,), "the newest dataset is open-ended"
    with pytest.raises(DataError, match="1999"):
        LA.chosen(years=(1999,))


def test_a_dataset_without_a_last_day_ends_where_the_next_one_begins(declared: dict[str, Any]) -> None:
    more = {
        "id": "next-2027",
        "title": "MyLA311 Cases 2027",
        "schema": "cases",
        "first_day": date(2027, 1, 1),
    }
    declared["dataset"].append(more)
    city = City.model_validate(declared)
    assert [d.last_day for d in city.datasets[-2:]] == [date(2026, 12, 31), None]
    assert city.without_newest() == LA
    assert LA.with_dataset(city.newest) == city


def test_a_year_is_added_as_the_documentation_says(declared: dict[str, Any]) -> None:
    (block,) = re.findall(r"```toml\n(\[\[dataset\]\].*?)```", FIELDS.read_text(), re.DOTALL)
    declared["dataset"] += tomllib.loads(block)["dataset"]
    city = City.model_validate(declared)
    assert (city.newest.title, city.newest.last_day) == ("MyLA311 Cases 2027", None)
    assert city.without_newest() == LA


def test_the_rules_of_serving_have_one_digest(declared: dict[str, Any]) -> None:
    declared["limits"]["rejected_share"] = 0.5
    declared["dataset"].pop()
    assert City.model_validate(declared).digest == LA.digest
    declared["schema"]["cases"]["ended_statuses"] = ["Closed"]
    assert City.model_validate(declared).digest != LA.digest


def test_the_digest_is_the_same_in_every_process() -> None:
    program = "from pipeline.city import load_city; print(load_city().digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=CITIES.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {LA.digest}


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", "postgresql://unused")
    for name in ("REJECTED_SHARE_LIMIT", "CITY", "SOCRATA_TRANSPORT"):
        monkeypatch.setenv(name, "")
    settings = Settings.from_environment()
    assert (settings.rejected_share_limit, settings.city, settings.socrata_transport) == (None, "la", "auto")


def test_settings_override_the_citys_limits_and_portal() -> None:
    url = {"database_loader_url": "postgresql://unused"}
    settings, city = city_for(Settings(**url))
    assert (city, settings.socrata_url) == (LA, "https://data.lacity.org")
    settings, city = city_for(Settings(**url, socrata_url="http://127.0.0.1:9", shrunk_share_limit=0.5))
    assert settings.socrata_url == "http://127.0.0.1:9"
    assert (city.limits.shrunk_share, city.limits.rejected_share) == (0.5, LA.limits.rejected_share)


def documented_fields() -> dict[str, tuple[list[str], list[str]]]:
    """The table of columns in the documentation: ours, then those of the two schemas."""
    fields: dict[str, tuple[list[str], list[str]]] = {}
    for line in FIELDS.read_text().splitlines():
        cells = [re.findall(r"`(\w+)`", cell) for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] and set(cells[0]) <= set(REQUEST_COLUMNS):
            for at, name in enumerate(cells[0]):
                fields[name] = (cells[1][at : at + 1], cells[2][at : at + 1])
    return fields


def test_the_documented_fields_are_the_declared_ones() -> None:
    old, cases = LA.schemas["legacy"].columns, LA.schemas["cases"].columns
    declared = {name: (list(old.get(name, ())), list(cases.get(name, ()))) for name in REQUEST_COLUMNS}
    assert documented_fields() == declared


def documented() -> dict[str, Any]:
    if not DOCUMENTED.is_file():
        pytest.skip(f"{DOCUMENTED} is absent: the documented values are not part of this repository")
    return dict(json.loads(DOCUMENTED.read_text()))


def counts(name: str) -> dict[str, int]:
    """Documented values of the cases with their row counts; values without a number were rare."""
    values = documented()
    key = next(key for key in values if key.split(" ")[0] == name)
    return {value: (rows[0] if isinstance(rows, list) else rows) or 0 for value, rows in values[key].items()}


def legacy(name: str) -> dict[str, int]:
    values = documented()
    return dict(values[next(key for key in values if key.startswith("legacy"))][name])


def reference(table: str) -> set[str]:
    """Codes of the API's reference data."""

    with (REFERENCE / f"{table}.csv").open(newline="") as file:
        return {row["data_code"] for row in csv.DictReader(file)}


def test_every_alias_and_pattern_matches_a_documented_value() -> None:
    published = {
        "requesttype": {*counts("type"), *legacy("requesttype")},
        "owner": set(counts("department_name__c")),
        "requestsource": set(counts("origin")),
    }
    for column, aliases in LA.aliases.items():
        assert aliases.keys() <= published[column], column
    for column, patterns in LA.patterns.items():
        for pattern in patterns:
            assert any(re.search(pattern.match, value) for value in published[column]), pattern
    types = {LA.code_of("requesttype", value) for value in published["requesttype"]}
    assert {code for group in LA.groups for code in group.types} <= types
    assert set(LA.information_types) <= types


@pytest.mark.parametrize(
    ("column", "name", "table"),
    [("owner", "department_name__c", "agencies"), ("requesttype", "type", "request_types")],
)
def test_documented_rows_end_in_reviewed_codes(column: Any, name: str, table: str) -> None:
    known = LA.reviewed(column) | reference(table)
    rows = counts(name)
    unreviewed = {value: number for value, number in rows.items() if LA.code_of(column, value) not in known}
    assert sum(unreviewed.values()) <= UNREVIEWED_SHARE * sum(rows.values()), unreviewed
    assert not unreviewed, "every documented value is declared"


def test_statuses_and_duplicates_are_documented_values() -> None:
    cases, old = LA.schemas["cases"], LA.schemas["legacy"]
    assert {*cases.ended_statuses, *cases.duplicate_statuses} <= counts("status").keys()
    assert set(old.ended_statuses) <= legacy("status").keys()
    outcomes = counts("resolution_code__c")
    marked = {text for text in outcomes if any(re.search(p, text) for p in cases.duplicate_outcomes)}
    assert sum(outcomes[text] for text in marked) == 57_478
    for pattern in cases.duplicate_outcomes:
        assert any(re.search(pattern, text) for text in outcomes), pattern


def test_every_alias_leads_to_a_code_of_the_reference_data() -> None:
    tables = {"requesttype": "request_types", "owner": "agencies", "requestsource": "sources"}
    for column, aliases in LA.aliases.items():
        assert set(aliases.values()) <= reference(tables[column])
    for column, patterns in LA.patterns.items():
        codes = {pattern.code for pattern in patterns} - {"", *LA.names.get(column, {})}
        assert codes <= reference(tables[column])


@pytest.mark.parametrize(("file", "table"), [(name, reference.table) for name, reference in FILES.items()])
def test_the_ids_of_los_angeles_are_those_that_clients_hold(file: str, table: str) -> None:
    """The first migrations wrote these ids; they never change."""
    with (REFERENCE / f"{table}.csv").open(newline="") as seed:
        rows = list(csv.DictReader(seed))
    pinned = {next(iter(row.values())): row for row in LA.reference[file]}  # type: ignore[index]
    key = next(iter(rows[0]))
    assert {row[key]: row["data_code"] for row in rows if "data_code" in row}.items() <= {
        id_: row["data_code"] for id_, row in pinned.items() if "data_code" in row
    }.items()
    assert {row[key] for row in rows} <= pinned.keys()
