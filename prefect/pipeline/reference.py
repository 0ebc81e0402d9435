"""Writes the city's declaration to the database: its row, reference data, and the meaning of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.json import Jsonb

from pipeline.city import City
from pipeline.columns import assignments, names
from pipeline.database import Connection, composed, fetch, fetch_one, run
from pipeline.declaration import CodedColumn, Dataset
from pipeline.errors import DataError
from pipeline.reference_rows import ReferenceFile
from pipeline.staging import days

SERVED_VERSION = "2"
"""To be incremented when the merge serves stored rows differently, so that all rows are rebuilt."""


@dataclass(frozen=True)
class Reference:
    """A published column whose values are codes of a reference table."""

    field: CodedColumn
    table: str
    id: str
    name: str

    @property
    def identifiers(self) -> dict[str, sql.Composable]:
        return {
            "table": sql.Identifier(self.table),
            "id": sql.Identifier(self.id),
            "name": sql.Identifier(self.name),
        }


REFERENCES = (
    Reference("requesttype", "request_types", "type_id", "type_name"),
    Reference("owner", "agencies", "agency_id", "agency_name"),
    Reference("requestsource", "sources", "source_id", "source_name"),
)
AREAS = Reference("area", "councils", "council_id", "council_name")
FILES: dict[ReferenceFile, Reference] = {
    "regions": Reference("area", "regions", "region_id", "region_name"),
    "areas": AREAS,
    **dict(zip(("types", "agencies", "sources"), REFERENCES, strict=True)),
}
"""The tables of the reference files, in the order in which they are written."""
STAGED = sql.SQL("staged")
Row = dict[str, str | bool | None]


def touched() -> sql.Composable:
    """SQL for the stored rows whose served rows the run recomputes."""
    return sql.SQL("({})").format(composed("merge/touched_requests"))


def declare(connection: Connection, city: City, portal: str) -> bool:
    """Write the city's row and reference data, and its rules as temporary tables of this transaction.

    Returns whether the rows served so far follow different rules. Raises DataError if the database contains
    another city's requests, or a code of the city's reference files under another id.
    """
    if belongs_to_other_city(connection, city):
        run(connection, "merge/forget_city")
    digest = f"{SERVED_VERSION} {city.digest}"
    has_changed = bool(fetch_one(connection, "merge/known_declaration")["digest"] != digest)
    _write_city(connection, city, digest, portal)
    _write_reference(connection, city)
    for name in ("datasets", "aliases", "patterns", "meanings"):
        run(connection, f"tables/{name}")
    for dataset in city.datasets:
        run(connection, "merge/add_dataset", _dataset_row(city, dataset))
    _write_meanings(connection, city)
    return has_changed


def claim(connection: Connection, city: City, portal: str) -> None:
    """Assign an empty database to this city before anything is loaded.

    The first load takes hours, during which readers would otherwise show the city that the migrations insert.
    Raises DataError if the database contains another city's requests.
    """
    with connection.transaction():
        if belongs_to_other_city(connection, city):
            run(connection, "merge/forget_city")
            # No digest: no rows are served by its rules yet.
            _write_city(connection, city, "", portal)
            # Readers keep the city's facts for one generation.
            run(connection, "merge/next_generation", {"is_recorded": False})


def belongs_to_other_city(connection: Connection, city: City) -> bool:
    """Whether the database belongs to another city. Raises DataError if it has that city's requests."""
    for other in fetch(connection, "merge/other_city", {"key": city.key}):
        if other["requests"]:
            raise DataError(
                f"this database holds {other['requests']} requests of {other['name']}: {city.name} needs a "
                "database of its own. Nothing was changed."
            )
        return True
    return False


def refuse_other_portal(connection: Connection, portal: str) -> None:
    """Raise DataError if the database has requests of another portal, such as the sample portal."""
    for other in fetch(connection, "merge/other_portal", {"portal": portal}):
        if other["requests"]:
            raise DataError(
                f"this database holds {other['requests']} requests from {other['portal']}, but this run reads"
                f" from {portal}, which needs a database of its own. Nothing was changed."
            )


def resolve(connection: Connection, city: City, source: sql.Composable) -> dict[str, list[str]]:
    """Look up every published value of the rows in ``source``; returns the unknown codes by table."""
    new_codes = {}
    connection.execute(composed("merge/add_meanings", source=source))
    for reference in REFERENCES:
        lists, field = reference.identifiers, {"field": reference.field}
        sequence = {"table": reference.table, "id": reference.id}
        connection.execute(composed("merge/pass_pinned_ids", **lists), sequence)
        added = connection.execute(composed("merge/add_codes", **lists), field).fetchall()
        connection.execute(composed("merge/set_meaning_ids", **lists), field)
        _set_reviewed(connection, city, reference)
        if unknown := [str(code) for (code,) in added if code not in city.reviewed(reference.field)]:
            new_codes[reference.table] = unknown
    new_codes |= _resolve_areas(connection, city, source)
    _set_type_flags(connection, city)
    connection.execute("ANALYZE meanings")
    return new_codes


def _resolve_areas(connection: Connection, city: City, source: sql.Composable) -> dict[str, list[str]]:
    """Areas come from the polygons, if there are any, and are otherwise added from the rows."""
    known = city.names.get("area", {})
    added = []
    if city.boundaries is None:
        added = connection.execute(composed("merge/add_areas", source=source)).fetchall()
    run(connection, "merge/set_area_names", {"codes": list(known), "names": list(known.values())})
    connection.execute(composed("merge/set_meaning_ids", **AREAS.identifiers), {"field": AREAS.field})
    unknown = [str(code) for (code,) in added if code not in known]
    return {AREAS.table: unknown} if unknown else {}


def _write_city(connection: Connection, city: City, digest: str, portal: str) -> None:
    values = {
        **city.model_dump(include={"key", "name", "time_zone"}),
        **city.bounds.model_dump(),
        **city.model_dump(include={"meters_per_degree_longitude", "meters_per_degree_latitude"}),
    }
    values |= {"words": Jsonb(city.words), "columns": city.own_columns, "digest": digest, "portal": portal}
    run(connection, "merge/upsert_city", values)
    declared = {"ids": [group.id for group in city.groups], "names": [group.name for group in city.groups]}
    run(connection, "merge/delete_other_groups", declared)
    for group in city.groups:
        run(connection, "merge/upsert_group", group.model_dump(include={"id", "name", "color"}))


def _write_reference(connection: Connection, city: City) -> None:
    """Write the rows of the city's reference files, and those that every city has."""
    for name, reference in FILES.items():
        if rows := city.reference.get(name, ()):
            rows_to_write = [{**row, **_reviewed(reference)} for row in rows]
            if "data_code" in rows[0]:
                _refuse_moved_codes(connection, reference, name, rows_to_write)
            _upsert(connection, reference, rows_to_write, _only_inserted(city, reference))
    has_one_region = not (_has_published_regions(city) or city.reference.get("regions"))
    values = {"no_area": city.words.get("no_area", "None"), "has_one_region": has_one_region}
    run(connection, "merge/add_defaults", values)


def _refuse_moved_codes(connection: Connection, reference: Reference, name: str, rows: list[Row]) -> None:
    values = {"rows": Jsonb(rows)}
    moved = fetch(connection, "merge/moved_codes", values, **reference.identifiers)
    if moved:
        details = "; ".join(
            f"{row['code']!r}: {row['pinned_id']} in the file, {row['stored_id']} in the table"
            for row in moved
        )
        raise DataError(
            f"{name}.csv pins different ids than the table {reference.table} ({details}). A code keeps its"
            " id: write the ids of the table into the file, or fill a new database. Nothing was changed."
        )


def _has_published_regions(city: City) -> bool:
    return bool(city.boundaries and city.boundaries.region)


def _only_inserted(city: City, reference: Reference) -> frozenset[str]:
    """Columns of a reference file that apply only when a row is first inserted.

    The boundary dataset moves areas between regions, and only when it changes: a later run must not move them
    back.
    """
    return frozenset({"region_id"} if reference is AREAS and _has_published_regions(city) else ())


def _upsert(
    connection: Connection, reference: Reference, rows: list[Row], only_inserted: frozenset[str]
) -> None:
    columns = list(rows[0])
    updated = [name for name in columns if name not in only_inserted]
    lists = {
        "table": sql.Identifier(reference.table),
        "id": sql.Identifier(reference.id),
        "columns": names(columns),
        "assignments": assignments(updated, of="excluded"),
        "excluded": names(updated, of="excluded"),
    }
    statement = composed("merge/upsert_reference", **lists, held=names(updated, of="stored"))
    connection.execute(statement, {"rows": Jsonb(rows)})


def _reviewed(reference: Reference) -> Row:
    """The review flag of types, agencies and sources: declared ones are reviewed."""
    return {"is_reviewed": True} if reference in REFERENCES else {}


def _dataset_row(city: City, dataset: Dataset) -> Mapping[str, object]:
    schema = city.schemas[dataset.schema_name]
    return {
        "dataset_id": dataset.id,
        "days": days([dataset]),
        "ended_statuses": list(schema.ended_statuses),
        "open_statuses": list(schema.open_statuses),
        "duplicate_statuses": list(schema.duplicate_statuses),
        "duplicate_outcome": "|".join(f"({regex})" for regex in schema.duplicate_outcomes) or None,
    }


def _write_meanings(connection: Connection, city: City) -> None:
    for field, meanings in city.aliases.items():
        for published, code in meanings.items():
            run(connection, "merge/add_alias", {"field": field, "published": published, "code": code})
    for field, patterns in city.patterns.items():
        for place, pattern in enumerate(patterns):
            run(connection, "merge/add_pattern", {"field": field, "place": place, **pattern.model_dump()})


def _set_reviewed(connection: Connection, city: City, reference: Reference) -> None:
    codes = sorted(city.reviewed(reference.field))
    declared = city.names.get(reference.field, {})
    values = {"codes": codes, "names": [declared.get(code) for code in codes]}
    connection.execute(composed("merge/set_reviewed", **reference.identifiers), values)


def _set_type_flags(connection: Connection, city: City) -> None:
    grouped = [(code, group.id) for group in city.groups for code in group.types]
    values = {
        "information_types": list(city.information_types),
        "codes": [code for code, _ in grouped],
        "group_ids": [group_id for _, group_id in grouped],
    }
    run(connection, "merge/set_type_flags", values)
