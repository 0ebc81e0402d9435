"""The staging tables of one run, and the way of a page into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from pipeline.catalog import Catalog, Dataset
from pipeline.database import Connection, columns, composed, fetch, fetch_one, run
from pipeline.plan import Reading

SYSTEM_COLUMNS = ("source_row_id", "source_updated_at")
ELSEWHERE = "of a day that another dataset takes"


@dataclass(frozen=True)
class Staging:
    """The names of a run's staging tables."""

    load_run_id: int

    @property
    def rows(self) -> sql.Identifier:
        return sql.Identifier("staging", f"rows_{self.load_run_id}")

    @property
    def refused(self) -> sql.Identifier:
        return sql.Identifier("staging", f"refused_{self.load_run_id}")

    def create(self, connection: Connection) -> None:
        """Make the tables, and remove those that killed runs have left. The caller holds the run lock."""
        drop_leftovers(connection)
        for name in ("as_time", "as_number", "as_code"):
            run(connection, f"stage/{name}")
        connection.execute(composed("stage/create_rows", rows=self.rows))
        connection.execute(composed("stage/create_refused", refused=self.refused))

    def discard(self, connection: Connection, dataset_id: str) -> None:
        """Forget what a broken attempt at the dataset left."""
        for table in (self.rows, self.refused):
            connection.execute(composed("stage/discard", table=table), {"dataset_id": dataset_id})

    def count_read(self, connection: Connection, dataset_id: str) -> int:
        """Different rows read of the dataset so far."""
        statement = composed("stage/count_read", rows=self.rows, refused=self.refused)
        answer = connection.execute(statement, {"dataset_id": dataset_id}).fetchone()
        return int(answer[0]) if answer else 0


def drop_leftovers(connection: Connection) -> None:
    """Empty the staging schema."""
    for row in fetch(connection, "stage/leftovers"):
        connection.execute(composed("stage/drop", table=sql.Identifier("staging", row["name"])))


def days(datasets: Iterator[Dataset] | tuple[Dataset, ...]) -> str:
    """The datasets' days as the text of a ``datemultirange``."""
    return "{" + ",".join(f"[{d.first_day},{after(d.last_day)})" for d in datasets) + "}"


def after(day: date) -> date:
    return day + timedelta(days=1)


@dataclass(frozen=True)
class PageTaker:
    """Takes the pages of one dataset into the staging tables of a run, over one connection."""

    connection: Connection
    staging: Staging
    reading: Reading
    catalog: Catalog
    now: datetime

    def prepare(self) -> None:
        """Make the page table of this connection."""
        run(self.connection, "stage/create_page")

    @property
    def column_names(self) -> tuple[str, ...]:
        return (*SYSTEM_COLUMNS, *self.reading.columns)

    @property
    def select(self) -> str:
        """SoQL that names the portal's columns as ours."""
        sources = {"source_row_id": ":id", "source_updated_at": ":updated_at"} | dict(self.reading.columns)
        return ",".join(f"{sources[name]} as {name}" for name in self.column_names)

    def copy(self, pieces: Iterator[bytes]) -> None:
        """Fill the page table; a broken stream leaves it as empty as before."""
        self.connection.execute("TRUNCATE page RESTART IDENTITY")
        statement = composed("stage/copy_page", columns=columns(self.column_names))
        with self.connection.cursor().copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    def order(self) -> dict[str, Any]:
        return fetch_one(self.connection, "stage/page_order")

    def take(self, newest: datetime | None = None) -> dict[str, Any]:
        """Judge the page's rows and keep them; returns their numbers by what became of them.

        ``newest`` is the latest update time read so far, or that of an earlier night.
        """
        dataset = self.reading.dataset
        others = tuple(other for other in self.catalog.datasets if other.id != dataset.id)
        statement = composed(
            "stage/take_page",
            rows=self.staging.rows,
            refused=self.staging.refused,
            raw=_raw(self.reading.columns),
        )
        parameters = {
            "dataset_id": dataset.id,
            "own_days": days((dataset,)),
            "other_days": days(others),
            "elsewhere": ELSEWHERE,
            "now": self.now,
            "newest": newest,
        }
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, parameters).fetchone() or {}


def _raw(sources: Mapping[str, str]) -> sql.Composable:
    """The row as JSON under the portal's own column names."""
    members = [
        sql.SQL("{}, {}").format(sql.Literal(source), sql.Identifier(name))
        for name, source in sources.items()
    ]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(members))
