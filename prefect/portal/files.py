"""Publishes a JSON file of rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from portal.datasets import CASES_IDS, Dataset, published
from portal.edit import row_id, stored
from portal.store import Store
from portal.values import fixed

PUBLISHED_LATER = timedelta(hours=31)
"""A change at noon is on the portal the next evening (UTC)."""
LATEST_YEAR = max(CASES_IDS)
UNKNOWN_TIME = datetime(2015, 1, 1, tzinfo=UTC)


def load_file(store: Store, path: Path, datasets: Iterable[Dataset] | None = None) -> None:
    """Publish the file's rows, each under a dataset of its schema by its created day.

    ``datasets`` defaults to those of Los Angeles. Raises ValueError for a file that is not a list of objects,
    or a column its dataset does not have.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{path.name} is not a JSON list of rows")
    load_rows(store, rows, list(published(LATEST_YEAR) if datasets is None else datasets))


def load_rows(store: Store, rows: Iterable[Mapping[str, Any]], datasets: Sequence[Dataset]) -> None:
    """Publish rows; ``:updated_at`` is derived from a row's own time, so equal rows get equal times."""
    for dataset in datasets:
        store.add_dataset(dataset)
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[_dataset(row, datasets).id].append(row)
    for dataset in datasets:
        _check_columns(dataset, groups[dataset.id])
        store.append(dataset, [_row(dataset, at, row) for at, row in enumerate(groups[dataset.id])])
    store.index()


def _dataset(row: Mapping[str, Any], datasets: Sequence[Dataset]) -> Dataset:
    """The last dataset of the row's schema that begins by its created day; without a day, the last one."""
    alike = [d for d in datasets if d.schema.key in row] or datasets
    day = str(row.get(alike[0].schema.created) or "")[:10]
    begun = [d for d in alike if d.first_day.isoformat() <= day] if day[:4].isdecimal() else alike
    return begun[-1] if begun else alike[0]


def _check_columns(dataset: Dataset, rows: Iterable[Mapping[str, Any]]) -> None:
    known = {column.name for column in dataset.schema.columns}
    unknown = {name for row in rows for name in row if not name.startswith(":")} - known
    if unknown:
        raise ValueError(f"dataset {dataset.id} has no column {', '.join(sorted(unknown))}")


def _row(dataset: Dataset, at: int, row: Mapping[str, Any]) -> list[str | None]:
    identifier = stored(row.get(":id")) or row_id(f"{dataset.id} {at} {row.get(dataset.schema.key)}")
    updated = stored(row.get(":updated_at")) or _published(dataset, row, row.get(dataset.schema.updated))
    created = stored(row.get(":created_at")) or min(updated, _published(dataset, row, None))
    return [identifier, created, updated, *(stored(row.get(name)) for name in dataset.schema.stored_names)]


def _published(dataset: Dataset, row: Mapping[str, Any], text: object) -> str:
    for candidate in (text, row.get(dataset.schema.created)):
        try:
            moment = datetime.fromisoformat(str(candidate)).replace(tzinfo=UTC)
        except ValueError:
            continue
        if moment.year < LATEST_YEAR + 2:
            return fixed(moment + PUBLISHED_LATER)
    return fixed(UNKNOWN_TIME)
