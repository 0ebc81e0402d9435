"""Which question the portal answers at which path."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from portal import faults
from portal.boundaries import Boundaries
from portal.catalog import catalog, view_metadata
from portal.datasets import BOUNDARIES_ID, Dataset
from portal.distort import distort
from portal.edit import Editor
from portal.errors import SodaError, not_found
from portal.faults import Fault, FaultBoard
from portal.messages import CSV, GEOJSON, Answer, Request, json_answer
from portal.query import build
from portal.store import Store
from portal.throttle import Throttle, throttled
from portal.wire import csv_pieces, json_pieces

RESOURCE = re.compile(r"/resource/([a-z0-9]{4}-[a-z0-9]{4})(?:\.(json|csv|geojson))?")
VIEW = re.compile(r"/api/views/([a-z0-9]{4}-[a-z0-9]{4})(?:\.json)?")
GEOSPATIAL = re.compile(r"/api/geospatial/([a-z0-9]{4}-[a-z0-9]{4})")


class Portal:
    """Everything behind the socket: rows, boundaries, faults, throttle and edits."""

    def __init__(self, store: Store, boundaries: Boundaries, board: FaultBoard, throttle: Throttle) -> None:
        self.store = store
        self.boundaries = boundaries
        self.board = board
        self.throttle = throttle
        self.editor = Editor(store)

    def answer(self, request: Request) -> Answer:
        """The answer to a GET; a refusal is an answer too, in Socrata's error shape."""
        try:
            self.throttle.check(request)
            area, dataset_id = _addressed(request.path)
            struck = self.board.strike(area, dataset_id)
            _refuse(struck)
            answer = self._route(request, area, dataset_id, struck)
            return replace(answer, struck=struck)
        except SodaError as error:
            return refusal(error)

    def _route(self, request: Request, area: str, dataset_id: str, struck: tuple[Fault, ...]) -> Answer:
        if area == "catalog":
            return json_answer(catalog(self.store, request.parameters, self.boundaries.updated_at))
        if dataset_id == BOUNDARIES_ID and area in ("geospatial", "resource"):
            return self._boundaries()
        dataset = self.store.datasets.get(dataset_id)
        if dataset is None:
            raise not_found()
        if area == "views":
            view = distort(self.store.view(dataset), dataset.schema, struck)
            return json_answer(view_metadata(dataset, view, self.store.updated_at(dataset)))
        return self._rows(request, dataset, struck)

    def _boundaries(self) -> Answer:
        headers = {"Last-Modified": http_date(self.boundaries.updated_at)}
        return Answer([self.boundaries.geojson], content_type=GEOJSON, headers=headers)

    def _rows(self, request: Request, dataset: Dataset, struck: tuple[Fault, ...]) -> Answer:
        for fault in struck:
            if fault.kind == faults.MOVING:
                self.editor.touch(dataset.id, fault.amount)
        view = distort(self.store.view(dataset), dataset.schema, struck)
        statement = build(request.parameters, view)
        updated_at = self.store.updated_at(dataset)
        tag = _tag(request, updated_at)
        if not struck and request.headers.get("if-none-match") == tag:
            return Answer([], 304, headers={"ETag": tag})
        names = [column.name for column in statement.columns]
        headers = {
            "X-SODA2-Fields": _listed(names),
            "X-SODA2-Types": _listed([column.type for column in statement.columns]),
            "X-SODA2-Truth-Last-Modified": http_date(updated_at),
            "Last-Modified": http_date(updated_at),
            "ETag": tag,
        }
        if request.path.endswith(".csv"):
            return Answer(csv_pieces(self.store, statement, view.repeated_share), 200, CSV, headers)
        return Answer(json_pieces(self.store, statement, view.repeated_share), headers=headers)


def _addressed(path: str) -> tuple[str, str]:
    if path == "/api/catalog/v1":
        return "catalog", ""
    for area, pattern in (("resource", RESOURCE), ("views", VIEW), ("geospatial", GEOSPATIAL)):
        match = pattern.fullmatch(path)
        if match:
            return area, match.group(1)
    raise not_found()


def _refuse(struck: tuple[Fault, ...]) -> None:
    for fault in struck:
        if fault.kind == faults.THROTTLE:
            raise throttled(fault.retry_after)
        if fault.kind == faults.UNAVAILABLE:
            raise SodaError("internal_error", "Service temporarily unavailable", 503, fault.retry_after)


def refusal(error: SodaError) -> Answer:
    """The answer that tells a client what was wrong."""
    wait = error.retry_after_seconds
    return json_answer(error.body(), error.status, {} if wait is None else {"Retry-After": str(wait)})


def http_date(instant: str) -> str:
    moment = datetime.fromisoformat(instant) if instant else datetime(2015, 1, 1, tzinfo=UTC)
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _tag(request: Request, updated_at: str) -> str:
    text = f"{request.path}?{sorted(request.parameters.items())} {updated_at}"
    return f'W/"{sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]}"'


def _listed(names: list[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
