"""Staged rows into the live tables; every statement here runs inside the caller's one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psycopg import sql

from pipeline.boundaries import Refreshed
from pipeline.catalog import Catalog
from pipeline.database import Connection, composed, fetch, run
from pipeline.plan import Reading
from pipeline.rollups import add_delta
from pipeline.staging import ELSEWHERE, Staging

RETIRED_BECAUSE = "no longer published"
REFERENCES = (
    ("requesttype", "request_types", "type_name"),
    ("owner", "agencies", "agency_name"),
    ("requestsource", "sources", "source_name"),
)


@dataclass
class Merged:
    """What the merge changed: per dataset inserted, updated and unchanged rows, and what is new to us."""

    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    superseded: int = 0
    retired: int = 0
    served_changes: int = 0
    new_codes: dict[str, list[str]] = field(default_factory=dict)
    boundaries: Refreshed = field(default_factory=Refreshed)
    is_rebuilt: bool = False
    is_beside: bool = False
    """Whether the run's work is in new tables that are yet to be swapped in."""

    @property
    def is_visible(self) -> bool:
        """Whether a reader could tell."""
        changed = sum(counts["inserted"] + counts["updated"] for counts in self.rows.values())
        others = (
            self.retired,
            self.served_changes,
            self.new_codes,
            self.boundaries.has_changed,
            self.is_rebuilt,
        )
        return bool(changed or any(others))


def name_staging(connection: Connection, staging: Staging) -> None:
    """Give the run's tables the names that the statements know."""
    connection.execute(composed("merge/staged_view", rows=staging.rows))
    names = {"refused": staging.refused, "elsewhere": sql.Literal(ELSEWHERE)}
    connection.execute(composed("merge/refused_view", **names))
    # What is joined on; the other columns' statistics cost time and help nobody.
    connection.execute(
        sql.SQL("ANALYZE {} (staged_id, srnumber, dataset_id, source_row_id)").format(staging.rows)
    )


def prepare(
    connection: Connection, staging: Staging, catalog: Catalog, readings: Iterable[Reading]
) -> Merged:
    """Resolve repeated rows, lost columns and unknown codes, whatever way the rows then take."""
    merged = Merged(superseded=connection.execute(composed("merge/keep_newest", rows=staging.rows)).rowcount)
    set_aliases(connection, catalog.aliases)
    for reading in readings:
        for column in reading.missing:
            names = {"rows": staging.rows, "column": sql.Identifier(column)}
            connection.execute(composed("merge/keep_column", **names), {"dataset_id": reading.dataset.id})
    for column, table, name in REFERENCES:
        if added := _add_codes(connection, staging, column, table, name):
            merged.new_codes[table] = added
    return merged


def set_aliases(connection: Connection, aliases: Mapping[str, Mapping[str, str]]) -> None:
    """Lay the catalog's aliases down as a table of this transaction."""
    run(connection, "merge/create_aliases")
    for column, meanings in aliases.items():
        for published, meaning in meanings.items():
            row = {"field": column, "published": published, "meaning": meaning}
            run(connection, "merge/add_alias", row)


def _add_codes(connection: Connection, staging: Staging, column: str, table: str, name: str) -> list[str]:
    names = {
        "rows": staging.rows,
        "table": sql.Identifier(table),
        "name": sql.Identifier(name),
        "column": sql.Identifier(column),
    }
    added = connection.execute(composed("merge/add_codes", **names), {"field": column}).fetchall()
    return [str(row[0]) for row in added]


def name_served(connection: Connection, requests: sql.Identifier) -> None:
    """Define ``served``, the view that says how a row of that table is served."""
    connection.execute(composed("merge/served_view", requests=requests))


def forget_served(connection: Connection) -> None:
    """Drop the view again: a crash of the server would leave it, and keep its table from being swapped."""
    connection.execute("DROP VIEW served")


def find_changes(connection: Connection, merged: Merged, complete: Iterable[str] = ()) -> None:
    """Find and count the rows that differ from the stored ones.

    ``complete``: the datasets that were read from their first row on.
    """
    run(connection, "merge/find_changes", {"complete": list(complete)})
    run(connection, "merge/drop_same")
    connection.execute("ANALYZE changes")
    for row in fetch(connection, "merge/count_changes"):
        merged.rows[row.pop("dataset_id")] = row


def write_changes(connection: Connection) -> None:
    """Write the rows that differ into ``requests`` and note which served rows that touches."""
    run(connection, "merge/update_requests")
    run(connection, "merge/insert_requests")
    run(connection, "merge/touch_changed")


def retire(connection: Connection, dataset_ids: list[str]) -> int:
    """Move requests that the portal no longer has to ``retired_requests``; returns how many."""
    run(connection, "merge/find_retired", {"dataset_ids": dataset_ids})
    run(connection, "merge/touch_retired")
    return run(connection, "merge/retire", {"reason": RETIRED_BECAUSE})


def serve_changes(connection: Connection, merged: Merged) -> None:
    """Bring ``service_requests`` and the rollups in step with the requests in ``touched``."""
    connection.execute("ANALYZE touched")
    run(connection, "merge/remember_before")
    run(connection, "merge/compute_after")
    forget_served(connection)
    for table in ("before", "after"):
        connection.execute(sql.SQL("CREATE INDEX ON {} (request_id)").format(sql.Identifier(table)))
        connection.execute(sql.SQL("ANALYZE {} (request_id)").format(sql.Identifier(table)))
    for step in ("delete_served", "update_served", "insert_served"):
        merged.served_changes += run(connection, f"merge/{step}")
    run(connection, "merge/compute_delta")
    add_delta(connection)
