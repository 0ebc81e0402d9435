"""Reference rows from ``alembic/seeds/*.csv``."""

import csv
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[1] / "alembic" / "seeds"


def read_seed(table: str) -> list[dict[str, str | None]]:
    """The rows of a table's seed file, in order; an empty number is None."""
    with (SEEDS / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [
            {key: value or _when_empty(key) for key, value in row.items()} for row in csv.DictReader(file)
        ]


def load_seed(connection: Any, table: str) -> None:
    """Insert the seed rows through an open SQLAlchemy connection; names come from our own files."""
    import sqlalchemy as sa

    rows = read_seed(table)
    columns = list(rows[0])
    values = ", ".join(f":{name}" for name in columns)
    statement = sa.text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")  # noqa: S608
    for row in rows:
        connection.execute(statement, **row)


def _when_empty(column: str) -> str | None:
    return None if column == "population_2020" else ""
