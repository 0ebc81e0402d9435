"""A city's published file, recounted in plain Python from nothing but its declaration."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.city import City
from pipeline.declaration import CodedColumn, Schema

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One published row in the terms of the declaration."""

    number: str
    type: str
    agency: str
    source: str
    area: str
    created: datetime
    closed: datetime | None
    is_open: bool
    is_information: bool
    is_duplicate: bool
    is_located: bool


@dataclass(frozen=True)
class Recount:
    """All counts that are compared. ``rings`` are the published polygons by code."""

    city: City
    rows: list[Row]
    features: list[Row]

    @cached_property
    def requests(self) -> dict[str, Request]:
        """The newest row of every number that has a number and a created time."""
        found = [self._request(row) for row in self.rows]
        return {request.number: request for request in found}

    @property
    def counted(self) -> list[Request]:
        return [request for request in self.requests.values() if not request.is_information]

    def by(self, name: str) -> Counter[Any]:
        return Counter(getattr(request, name) for request in self.counted)

    def days_to_close(self) -> dict[str, tuple[int, int, int]]:
        """By type: how many are closed, and the fewest and most days; information calls included."""
        days: dict[str, list[int]] = {}
        for request in self.counted:
            if request.closed:
                length = max(0, (request.closed.date() - request.created.date()).days)
                days.setdefault(request.type, []).append(length)
        return {name: (len(some), min(some), max(some)) for name, some in days.items()}

    def _schema(self, row: Row) -> Schema:
        return next(s for s in self.city.schemas.values() if s.columns["srnumber"][0] in row)

    def _request(self, row: Row) -> Request:
        schema = self._schema(row)

        def text(column: str) -> str:
            sources = schema.columns.get(column, ())
            return str(row.get(sources[0]) or "").strip() if sources else ""

        def code(column: CodedColumn) -> str:
            return self.city.code_of(column, text(column))

        closed = datetime.fromisoformat(text("closeddate")) if text("closeddate") else None
        is_reopened = closed is not None and text("status") in schema.open_statuses
        closed = None if is_reopened else closed
        point = self._point(text("latitude"), text("longitude"))
        return Request(
            number=text("srnumber"),
            type=code("requesttype"),
            agency=code("owner"),
            source=code("requestsource"),
            area=self._area(self._area_text(text), point),
            created=datetime.fromisoformat(text("createddate")),
            closed=closed,
            is_open=closed is None and text("status") not in schema.ended_statuses,
            is_information=code("requesttype") in self.city.information_types,
            is_duplicate=bool(text("parent")) or text("status") in schema.duplicate_statuses,
            is_located=point is not None,
        )

    def _area_text(self, text: Any) -> str:
        number = text("nc")
        return self.city.code_of("area", text("area") or (str(int(number)) if number.isdecimal() else ""))

    def _point(self, latitude: str, longitude: str) -> tuple[float, float] | None:
        bounds = self.city.bounds
        if not latitude or not longitude:
            return None
        x, y = float(longitude), float(latitude)
        is_inside = bounds.west <= x <= bounds.east and bounds.south <= y <= bounds.north
        return (x, y) if is_inside else None

    def _area(self, code: str, point: tuple[float, float] | None) -> str:
        dataset = self.city.boundaries
        if dataset is None:
            return code
        by_code = self._polygons
        if code in by_code:
            return code
        around = [c for c, parts in by_code.items() if point and any(part.holds(point) for part in parts)]
        return min(around, key=lambda c: self._sizes[c], default="")

    @cached_property
    def _polygons(self) -> dict[str, list[Polygon]]:
        found: dict[str, list[Polygon]] = {}
        dataset = self.city.boundaries
        for feature in self.features if dataset else ():
            properties, geometry = feature["properties"], feature["geometry"]
            code = next(str(properties[name]) for name in dataset.code if name in properties)  # type: ignore[union-attr]
            is_one = geometry["type"] == "Polygon"
            parts = [geometry["coordinates"]] if is_one else geometry["coordinates"]
            found.setdefault(code, []).extend(map(Polygon, parts))
        return found

    @cached_property
    def _sizes(self) -> dict[str, float]:
        return {code: sum(size(part.rings[0]) for part in parts) for code, parts in self._polygons.items()}


@dataclass(frozen=True)
class Polygon:
    """An outer ring and its holes."""

    rings: list[Any]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """West, east, south and north."""
        xs, ys = zip(*(position[:2] for position in self.rings[0]), strict=True)
        return min(xs), max(xs), min(ys), max(ys)

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether the point is inside: a ray from it to the east crosses the rings an odd number of times."""
        x, y = point
        west, east, south, north = self.box
        if not (west <= x <= east and south <= y <= north):
            return False
        crossings = 0
        for ring in self.rings:
            for (x0, y0, *_), (x1, y1, *_) in pairwise(ring):
                if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
                    crossings += 1
        return crossings % 2 == 1


def size(ring: Iterable[Any]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def rows_of(file: Path) -> list[Row]:
    rows: list[Row] = json.loads(file.read_text(encoding="utf-8"))
    return rows
