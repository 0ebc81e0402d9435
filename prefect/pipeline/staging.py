"""The staging tables of a run, and loading pages into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from pipeline.city import City
from pipeline.columns import SYSTEM_COLUMNS, names
from pipeline.database import Connection, composed, fetch, fetch_one, run
from pipeline.declaration import Dataset
from pipeline.plan import Reading

ELSEWHERE, ERASED = "of a day that another dataset covers", "erased"
LEFT_OUT = [ELSEWHERE, ERASED]
"""Reasons for leaving out valid rows, which are neither reported nor kept."""


@dataclass(frozen=True)
class Staging:
    """The names of a run's staging tables."""

    load_run_id: int

    @property
    def rows(self) -> sql.Identifier:
        return sql.Identifier("staging", f"rows_{self.load_run_id}")

    @property
    def rejected(self) -> sql.Identifier:
        return sql.Identifier("staging", f"rejected_{self.load_run_id}")

    def create(self, connection: Connection) -> None:
        """Create the tables, and remove those left by killed runs. The caller holds the run lock."""
        drop_leftovers(connection)
        for name in ("as_time", "as_number", "as_code"):
            run(connection, f"stage/{name}")
        connection.execute(composed("tables/rows", rows=self.rows))
        connection.execute(composed("tables/rejected", rejected=self.rejected))

    def discard(self, connection: Connection, dataset_id: str) -> None:
        """Remove the rows of a failed attempt at the dataset."""
        for table in (self.rows, self.rejected):
            connection.execute(composed("stage/discard", table=table), {"dataset_id": dataset_id})

    def count_read(self, connection: Connection, dataset_id: str) -> int:
        """The number of distinct rows read from the dataset so far."""
        values = {"dataset_id": dataset_id}
        tables = {"rows": self.rows, "rejected": self.rejected}
        return int(fetch_one(connection, "stage/count_read", values, **tables)["read"])

    def create_views(self, connection: Connection) -> None:
        """Give the run's tables the names that the statements of the merge use."""
        connection.execute(composed("tables/staged_view", rows=self.rows))
        names = {"rejected": self.rejected, "left_out": sql.Literal(LEFT_OUT)}
        connection.execute(composed("tables/rejected_view", **names))
        # Only columns used in joins; statistics on the others cost time and do not change any plan.
        joined = sql.SQL("ANALYZE {} (staged_id, srnumber, dataset_id, source_row_id)")
        connection.execute(joined.format(self.rows))


def drop_leftovers(connection: Connection) -> None:
    """Empty the staging schema."""
    for row in fetch(connection, "stage/leftovers"):
        connection.execute(composed("stage/drop", table=sql.Identifier("staging", row["name"])))


def days(datasets: Iterable[Dataset]) -> str:
    """The declared days of the datasets as text for a ``datemultirange``; both ends are included."""
    return "{" + ",".join(f"[{d.first_day},{_day_after_last(d)})" for d in datasets) + "}"


def _day_after_last(dataset: Dataset) -> str:
    return str(dataset.last_day + timedelta(days=1)) if dataset.last_day else ""


@dataclass(frozen=True)
class PageLoader:
    """Loads the pages of a dataset into the staging tables of a run, over one connection."""

    connection: Connection
    staging: Staging
    reading: Reading
    city: City
    now: datetime

    def prepare(self) -> None:
        """Create the page table of this connection."""
        definitions = [sql.SQL(", {} text").format(sql.Identifier(name)) for name in self._kept]
        self.connection.execute(composed("tables/page", kept_definitions=sql.SQL("").join(definitions)))

    @property
    def column_names(self) -> tuple[str, ...]:
        return (*SYSTEM_COLUMNS, *self._sources)

    @property
    def select(self) -> str:
        """SoQL that renames the portal's columns to ours."""
        sources = {"source_row_id": ":id", "source_updated_at": ":updated_at"} | self._sources
        return ",".join(f"{sources[name]} as {name}" for name in self.column_names)

    @property
    def _kept(self) -> dict[str, str]:
        """Kept columns of the portal by their names on the page."""
        return {f"kept_{source}": source for source in self.reading.kept}

    @property
    def _sources(self) -> dict[str, str]:
        """Columns of the portal by their names on the page."""
        return dict(self.reading.columns) | self._kept

    def copy(self, pieces: Iterator[bytes]) -> None:
        """Fill the page table; a broken stream leaves it empty."""
        self.connection.execute("TRUNCATE page RESTART IDENTITY")
        statement = composed("stage/copy_page", columns=names(self.column_names))
        with self.connection.cursor().copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    def page_order(self) -> dict[str, Any]:
        """Whether the page is in the requested order, and its last row, after which the next page begins."""
        return fetch_one(self.connection, "stage/page_order")

    def stage(self, newest: datetime | None = None) -> dict[str, Any]:
        """Convert the page's rows to typed values and stage them; returns counts of accepted and other rows.

        ``newest`` is the latest update time read so far, or by an earlier run.
        """
        tables = {"rows": self.staging.rows, "rejected": self.staging.rejected}
        statement = composed("stage/take_page", **tables, **self._json())
        reasons = {"elsewhere": ELSEWHERE, "erased": ERASED, "left_out": LEFT_OUT}
        parameters = self._days() | reasons | {"now": self.now, "newest": newest}
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, parameters).fetchone() or {}

    def _json(self) -> dict[str, sql.Composable]:
        return {"as_json": _as_json(self._sources), "kept": _as_json(self._kept)}

    def _days(self) -> dict[str, object]:
        dataset = self.reading.dataset
        alike = (other for other in self.city.numbered_alike(dataset) if other.id != dataset.id)
        return {
            "dataset_id": dataset.id,
            "own_days": days([dataset]),
            "shared_days": days(alike),
            "other_days": days(self.city.numbered_differently(dataset)),
        }


def _as_json(sources: Mapping[str, str]) -> sql.Composable:
    """The row as JSON under the portal's own column names."""
    members = [
        sql.SQL("{}, {}").format(sql.Literal(source), sql.Identifier(name))
        for name, source in sources.items()
    ]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(members))
