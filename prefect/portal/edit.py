"""Changes to published rows: each gets a new, strictly later ``:updated_at`` unless it provides one."""

# ruff: noqa: S608  # names of tables and columns are declared in datasets.py and schemas.py; values are bound

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping

from portal.datasets import ID_ALPHABET, Dataset
from portal.errors import no_such_column, not_found
from portal.store import SYSTEM_NAMES, Store, table_name

Fields = Mapping[str, object]
# Knuth's multiplicative hash: neighbors end up far apart, and the result is always the same.
SPREAD = "(rowid + ?) * 2654435761 % 4294967296"


def row_id(key: str) -> str:
    """A row identifier in Socrata's form, always the same for the same text."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    letters = "".join(ID_ALPHABET[byte % 32] for byte in digest[:12])
    return f"row-{letters[:4]}.{letters[4:8]}-{letters[8:]}"


def stored(value: object) -> str | None:
    """A JSON value in the form in which it is stored: text, or None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _check_columns(dataset: Dataset, row: Fields) -> None:
    for name in row:
        if name not in (*SYSTEM_NAMES, *dataset.schema.stored_names):
            raise no_such_column(name)


def _touches(connection: sqlite3.Connection) -> int:
    """How often rows have been touched so far; the count survives a restart."""
    (before,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {before + 1}")
    return int(before)


class Editor:
    """Inserts, changes, deletes and touches rows, as the city's staff do during the day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upsert(self, row: Fields, dataset_id: str = "") -> str:
        """Change the row with that key, or add it. Only the given columns change; null clears one.

        A row that provides its own ``:updated_at`` keeps it, however old it is. Without ``dataset_id``
        every dataset is searched for the row; a new row goes to the dataset of its created year.
        Returns the new ``:updated_at``. Raises SodaError (404) when no dataset fits.
        """
        dataset = self._dataset(row, dataset_id)
        _check_columns(dataset, row)
        key = stored(row.get(dataset.schema.key)) or ""
        names = [name for name in dataset.schema.stored_names if name in row]
        stamp = stored(row.get(":updated_at")) or self._store.next_stamps(1)[0]
        values = {name: stored(row[name]) for name in names}
        if not self._change(dataset, key, {**values, ":updated_at": stamp}):
            self._insert(dataset, row, stamp)
        return stamp

    def delete(self, key: str, dataset_id: str) -> int:
        """Remove the rows with that key and return how many there were."""
        dataset = self._known(dataset_id)
        self._index_keys(dataset)
        statement = f'DELETE FROM {table_name(dataset)} WHERE "{dataset.schema.key}" = ?'
        with self._store.writing() as connection:
            return connection.execute(statement, (key,)).rowcount

    def touch(
        self, dataset_id: str, amount: int, changes: Fields | None = None, turn: int | None = None
    ) -> int:
        """Give ``amount`` rows, spread over the dataset, new timestamps and the values of ``changes``.

        Each call touches different rows, but the same calls in the same order touch the same rows in every
        portal, and so do calls with the same ``turn``. Returns how many rows were touched.
        """
        dataset = self._known(dataset_id)
        _check_columns(dataset, changes or {})
        table = table_name(dataset)
        names = [name for name in dataset.schema.stored_names if name in (changes or {})]
        values = [stored((changes or {})[name]) for name in names]
        chosen = f"SELECT rowid FROM {table} ORDER BY {SPREAD} LIMIT ?"
        setting = ", ".join(f'"{name}" = ?' for name in (":updated_at", *names))
        with self._store.writing() as connection:
            number = _touches(connection) if turn is None else turn
            rows = [row[0] for row in connection.execute(chosen, (number, amount))]
            stamps = self._store.next_stamps(len(rows))
            connection.executemany(
                f"UPDATE {table} SET {setting} WHERE rowid = ?",
                [(stamp, *values, row) for stamp, row in zip(stamps, rows, strict=True)],
            )
        return len(rows)

    def republish(self, dataset_id: str) -> str:
        """Give every row a new identifier, and all of them one new timestamp, like replacing a dataset."""
        dataset = self._known(dataset_id)
        stamp = self._store.next_stamps(1)[0]
        with self._store.writing() as connection:
            connection.create_function("row_id", 1, row_id, deterministic=True)
            new = '":id" = row_id(":id" || ?), ":created_at" = ?, ":updated_at" = ?'
            connection.execute(f"UPDATE {table_name(dataset)} SET {new}", (stamp, stamp, stamp))
        return stamp

    def copy_rows(self, source: Dataset, target: Dataset, amount: int) -> None:
        """Copy the first rows of one dataset into another one with the same schema."""
        with self._store.writing() as connection:
            connection.execute(
                f"INSERT INTO {table_name(target)} SELECT * FROM {table_name(source)} LIMIT ?", (amount,)
            )

    def _known(self, dataset_id: str) -> Dataset:
        try:
            return self._store.datasets[dataset_id]
        except KeyError:
            raise not_found(f"no dataset {dataset_id!r}") from None

    def _dataset(self, row: Fields, dataset_id: str) -> Dataset:
        if dataset_id:
            return self._known(dataset_id)
        published = (d for d in self._store.datasets.values() if d.kind == "dataset")
        candidates = [d for d in published if row.get(d.schema.key)]
        for dataset in candidates:
            if self._has(dataset, str(row[dataset.schema.key])):
                return dataset
        day = str(row.get("createddate") or "")[:10]
        for dataset in candidates:
            if dataset.first_day.isoformat() <= day <= dataset.last_day.isoformat():
                return dataset
        raise not_found("no dataset holds that row or its created date")

    def _has(self, dataset: Dataset, key: str) -> bool:
        self._index_keys(dataset)
        statement = f'SELECT 1 FROM {table_name(dataset)} WHERE "{dataset.schema.key}" = ?'
        return self._store.connection().execute(statement, (key,)).fetchone() is not None

    def _index_keys(self, dataset: Dataset) -> None:
        table = table_name(dataset)
        self._store.connection().execute(
            f'CREATE INDEX IF NOT EXISTS {table}_key ON {table} ("{dataset.schema.key}")'
        )

    def _change(self, dataset: Dataset, key: str, values: Mapping[str, str | None]) -> bool:
        self._index_keys(dataset)
        table, key_name = table_name(dataset), dataset.schema.key
        changes = ", ".join(f'"{name}" = ?' for name in values)
        # A key published twice has two rows: the edit goes to the newer one.
        newest = (
            f'SELECT rowid FROM {table} WHERE "{key_name}" = ? '
            'ORDER BY ":updated_at" DESC, ":id" DESC LIMIT 1'
        )
        statement = f"UPDATE {table} SET {changes} WHERE rowid = ({newest})"
        with self._store.writing() as connection:
            return connection.execute(statement, (*values.values(), key)).rowcount > 0

    def _insert(self, dataset: Dataset, row: Fields, stamp: str) -> None:
        identifier = stored(row.get(":id")) or row_id(f"{dataset.id} {row.get(dataset.schema.key)} {stamp}")
        system = (identifier, stored(row.get(":created_at")) or stamp, stamp)
        self._store.append(dataset, [(*system, *(stored(row.get(n)) for n in dataset.schema.stored_names))])
