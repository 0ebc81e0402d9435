"""Publishing a JSON file of rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from portal.datasets import CASES_IDS, LEGACY_IDS, Dataset, published
from portal.edit import row_id, stored
from portal.schemas import CASES
from portal.store import Store
from portal.values import fixed

PUBLISHED_LATER = timedelta(hours=31)
"""A change at noon is on the portal the next evening (UTC)."""
LATEST_YEAR = max(CASES_IDS)
UNKNOWN_TIME = datetime(2015, 1, 1, tzinfo=UTC)


def load_file(store: Store, path: Path) -> None:
    """Publish the file's rows: legacy ones under the dataset of their created year, cases under theirs.

    ``:updated_at`` is made from the row's own update time, so the same file always gives the same rows.
    Raises ValueError for a file that is not a list of objects, or a column its dataset does not have.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{path.name} is not a JSON list of rows")
    datasets = published(LATEST_YEAR)
    for dataset in datasets:
        store.add_dataset(dataset)
    for dataset, members in _by_dataset(rows, datasets).items():
        _check_columns(dataset, members)
        store.append(dataset, [_row(dataset, at, row) for at, row in enumerate(members)])
    store.index()


def _by_dataset(rows: Iterable[Mapping[str, Any]], datasets: Iterable[Dataset]) -> dict[Dataset, list[Any]]:
    known = {dataset.id: dataset for dataset in datasets}
    groups: dict[Dataset, list[Any]] = defaultdict(list)
    for row in rows:
        year = str(row.get("createddate") or "")[:4]
        ids = CASES_IDS if CASES.key in row else LEGACY_IDS
        nearest = min(max(int(year), min(ids)), max(ids)) if year.isdecimal() else max(ids)
        groups[known[ids[nearest]]].append(row)
    return groups


def _check_columns(dataset: Dataset, rows: Iterable[Mapping[str, Any]]) -> None:
    known = {column.name for column in dataset.schema.columns}
    unknown = {name for row in rows for name in row} - known - {":id", ":created_at", ":updated_at"}
    if unknown:
        raise ValueError(f"dataset {dataset.id} has no column {', '.join(sorted(unknown))}")


def _row(dataset: Dataset, at: int, row: Mapping[str, Any]) -> list[str | None]:
    identifier = stored(row.get(":id")) or row_id(f"{dataset.id} {at} {row.get(dataset.schema.key)}")
    updated = stored(row.get(":updated_at")) or _published(row.get(dataset.schema.updated), row)
    created = stored(row.get(":created_at")) or min(updated, _published(row.get(dataset.schema.created), row))
    return [identifier, created, updated, *(stored(row.get(name)) for name in dataset.schema.stored_names)]


def _published(text: object, row: Mapping[str, Any]) -> str:
    for candidate in (text, row.get("createddate")):
        try:
            moment = datetime.fromisoformat(str(candidate)).replace(tzinfo=UTC)
        except ValueError:
            continue
        if moment.year < LATEST_YEAR + 2:
            return fixed(moment + PUBLISHED_LATER)
    return fixed(UNKNOWN_TIME)
