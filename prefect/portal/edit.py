"""Changes to published rows: each takes a new, strictly later ``:updated_at``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from portal.datasets import ID_ALPHABET, Dataset
from portal.errors import not_found
from portal.store import Store, table_name

Fields = Mapping[str, object]


def row_id(key: str) -> str:
    """A row identifier in Socrata's form, always the same for the same text."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    letters = "".join(ID_ALPHABET[byte % 32] for byte in digest[:12])
    return f"row-{letters[:4]}.{letters[4:8]}-{letters[8:]}"


def stored(value: object) -> str | None:
    """A JSON value as the store keeps it: text, or None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Editor:
    """Insert, change, delete and touch rows, as the city's staff do during the day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upsert(self, row: Fields, dataset_id: str = "") -> str:
        """Change the row of that key, or add it. Only the given columns change; null empties one.

        Without ``dataset_id`` the row is looked for in every dataset, then goes where its created year is.
        Returns the new ``:updated_at``. Raises SodaError (404) when no dataset fits.
        """
        dataset = self._dataset(row, dataset_id)
        key = stored(row.get(dataset.schema.key)) or ""
        names = [name for name in dataset.schema.stored_names if name in row]
        stamp = self._store.next_stamp()
        if not self._change(dataset, key, {**{name: stored(row[name]) for name in names}, ":updated_at": stamp}):
            self._insert(dataset, row, stamp)
        return stamp

    def delete(self, key: str, dataset_id: str) -> int:
        """Remove the rows of that key and return how many there were."""
        dataset = self._known(dataset_id)
        self._index_keys(dataset)
        question = f'DELETE FROM {table_name(dataset)} WHERE "{dataset.schema.key}" = ?'
        with self._store.writing() as connection:
            return connection.execute(question, (key,)).rowcount

    def touch(self, dataset_id: str, amount: int) -> None:
        """Give ``amount`` rows, spread over the dataset, a new stamp without changing what they say."""
        table = table_name(self._known(dataset_id))
        for _ in range(amount):
            stamp = self._store.next_stamp()
            chosen = f"(SELECT rowid FROM {table} WHERE rowid > abs(random() % (SELECT max(rowid) FROM {table})) LIMIT 1)"
            with self._store.writing() as connection:
                connection.execute(f'UPDATE {table} SET ":updated_at" = ? WHERE rowid = {chosen}', (stamp,))

    def _known(self, dataset_id: str) -> Dataset:
        try:
            return self._store.datasets[dataset_id]
        except KeyError:
            raise not_found(f"no dataset {dataset_id!r}") from None

    def _dataset(self, row: Fields, dataset_id: str) -> Dataset:
        if dataset_id:
            return self._known(dataset_id)
        candidates = [d for d in self._store.datasets.values() if row.get(d.schema.key)]
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
        question = f'SELECT 1 FROM {table_name(dataset)} WHERE "{dataset.schema.key}" = ?'
        return self._store.connection().execute(question, (key,)).fetchone() is not None

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
        newest = f'SELECT rowid FROM {table} WHERE "{key_name}" = ? ORDER BY ":updated_at" DESC, ":id" DESC LIMIT 1'
        question = f"UPDATE {table} SET {changes} WHERE rowid = ({newest})"
        with self._store.writing() as connection:
            return connection.execute(question, (*values.values(), key)).rowcount > 0

    def _insert(self, dataset: Dataset, row: Fields, stamp: str) -> None:
        system = (stored(row.get(":id")) or row_id(dataset.id + stamp), stamp, stamp)
        self._store.append(dataset, [(*system, *(stored(row.get(n)) for n in dataset.schema.stored_names))])
