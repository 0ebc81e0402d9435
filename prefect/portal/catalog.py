"""The portal's list of datasets (``/api/catalog/v1``) and the metadata of one (``/api/views``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from portal.boundaries import Boundaries
from portal.datasets import BOUNDARIES_TITLE, Dataset
from portal.store import Store
from portal.view import View

VIEW_TYPES = {"floating_timestamp": "calendar_date", "boolean": "checkbox"}
BOUNDARY_COLUMNS = (
    "the_geom",
    "name",
    "waddress",
    "certified",
    "objectid",
    "service_re",
    "nc_id",
    "dwebsite",
)
MAX_RESULTS = 10_000
NEVER_UPDATED = "2015-01-01T00:00:00.000Z"


def catalog(
    store: Store,
    parameters: Mapping[str, str],
    boundaries: Boundaries,
    is_hidden: Callable[[str], bool],
) -> dict[str, Any]:
    """Entries whose title contains every word of ``q``, filtered by ``ids`` and ``only``, in pages.

    As on the real portal, filtered views, maps and charts are listed like datasets; here they come first.
    """
    listed = sorted(store.datasets.values(), key=lambda dataset: dataset.kind == "dataset")
    entries = [
        _entry(d.id, d.title, store.updated_at(d), [c.name for c in d.schema.columns], d.kind)
        for d in listed
        if not is_hidden(d.id)
    ]
    polygons = (boundaries.id, BOUNDARIES_TITLE, boundaries.updated_at, BOUNDARY_COLUMNS, "map")
    entries += [_entry(*polygons)] if boundaries.id else []
    found = [entry for entry in entries if _is_wanted(entry["resource"], parameters)]
    offset = _whole(parameters.get("offset"), 0)
    page = found[offset : offset + _whole(parameters.get("limit"), 100)]
    return {"results": page, "resultSetSize": len(found), "timings": {"serviceMillis": 1}, "warnings": []}


def _whole(text: str | None, default: int) -> int:
    return min(int(text), MAX_RESULTS) if text and text.isdecimal() else default


def _is_wanted(resource: Mapping[str, Any], parameters: Mapping[str, str]) -> bool:
    title = str(resource["name"]).lower()
    ids, kinds = parameters.get("ids", ""), parameters.get("only", "")
    has_words = all(word in title for word in parameters.get("q", "").lower().split())
    has_kind = not kinds or resource["type"] in [kind.removesuffix("s") for kind in kinds.split(",")]
    return has_words and has_kind and (not ids or resource["id"] in ids.split(","))


def _entry(dataset_id: str, title: str, updated_at: str, names: Any, kind: str) -> dict[str, Any]:
    changed = updated_at or NEVER_UPDATED
    resource = {
        "name": title,
        "id": dataset_id,
        "type": kind,
        "updatedAt": changed,
        "data_updated_at": changed,
        "columns_field_name": list(names),
        "columns_name": list(names),
    }
    link = f"/d/{dataset_id}"
    return {"resource": resource, "metadata": {"domain": "data.lacity.org"}, "permalink": link, "link": link}


def view_metadata(dataset: Dataset, view: View, updated_at: str) -> dict[str, Any]:
    """The response of ``/api/views/{id}.json``: name, times in seconds since the epoch, and columns."""
    seconds = int(datetime.fromisoformat(updated_at).astimezone(UTC).timestamp()) if updated_at else 0
    columns = [
        {
            "id": position,
            "name": column.name,
            "fieldName": column.name,
            "dataTypeName": VIEW_TYPES.get(column.type, column.type),
            "position": position,
        }
        for position, column in enumerate(view.columns, 1)
    ]
    return {
        "id": dataset.id,
        "name": dataset.title,
        "assetType": dataset.kind,
        "rowsUpdatedAt": seconds,
        "viewLastModified": seconds,
        "columns": columns,
    }
