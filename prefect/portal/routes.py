"""Paths and their responses."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from portal import faults
from portal.boundaries import Boundaries
from portal.catalog import catalog, view_metadata
from portal.datasets import Dataset
from portal.distort import distort
from portal.edit import Editor
from portal.errors import SodaError, malformed, not_found, of_status
from portal.faults import SODA2, SODA3, Fault, FaultBoard
from portal.messages import CSV, GEOJSON, HTML, Request, Response, json_response
from portal.query import Statement, build, build_soda3
from portal.store import Store
from portal.throttle import Throttle
from portal.view import View
from portal.wire import csv_pieces, json_pieces

ID = r"([a-z0-9]{4}-[a-z0-9]{4})"
PATHS = {
    SODA2: re.compile(rf"/resource/{ID}(?:\.(json|csv|geojson))?"),
    SODA3: re.compile(rf"/api/v3/views/{ID}/(?:query|export)\.(json|csv|geojson)"),
    faults.VIEWS: re.compile(rf"/api/views/{ID}(?:\.json)?"),
    faults.GEOSPATIAL: re.compile(rf"/api/geospatial/{ID}"),
}

CDN_ERROR = "<!DOCTYPE html><html><head><title>{status}: A proxy error occurred</title></head></html>"


class Portal:
    """Everything behind the socket: rows, boundaries, faults, throttle and edits."""

    def __init__(self, store: Store, boundaries: Boundaries, board: FaultBoard, throttle: Throttle) -> None:
        self.store = store
        self.boundaries = boundaries
        self.board = board
        self.throttle = throttle
        self.editor = Editor(store)

    def respond(self, request: Request) -> Response:
        """The response to a GET, or to the POST of a SODA 3 query; errors have Socrata's format."""
        try:
            area, dataset_id = _addressed(request.path)
            self.throttle.check(request, needs_token=area == SODA3)
            is_page = area == SODA2 and request.path.endswith(".csv")
            active = self.board.hitting(area, dataset_id, is_page=is_page)
            _raise_error(active)
            return replace(self._route(request, area, dataset_id, active), faults=active)
        except SodaError as error:
            return error_response(error)

    def _route(self, request: Request, area: str, dataset_id: str, active: tuple[Fault, ...]) -> Response:
        if area == faults.CATALOG:
            found = catalog(self.store, request.parameters, self.boundaries, self.board.is_hidden)
            return json_response(found)
        if dataset_id == self.boundaries.id and area != faults.VIEWS:
            headers = {"Last-Modified": http_date(self.boundaries.updated_at)}
            return Response([self.boundaries.geojson], content_type=GEOJSON, headers=headers)
        dataset = self.store.datasets.get(dataset_id)
        if dataset is None:
            raise not_found()
        if area == faults.VIEWS:
            view = distort(self.store.view(dataset), dataset.schema, active)
            return json_response(view_metadata(dataset, view, self.store.updated_at(dataset)))
        return self._rows(request, area, dataset, active)

    def _rows(self, request: Request, area: str, dataset: Dataset, active: tuple[Fault, ...]) -> Response:
        if dataset.kind not in ("dataset", "filter"):
            raise SodaError("permission_denied", "Non-tabular datasets do not support rows requests", 403)
        for fault in active:
            if fault.kind == faults.MOVING:
                self.editor.touch(dataset.id, fault.amount)
        view = distort(self.store.view(dataset), dataset.schema, active)
        statement = _soda3(request, view) if area == SODA3 else build(request.parameters, view)
        headers = {"Last-Modified": http_date(self.store.updated_at(dataset))}
        if request.path.endswith(".csv"):
            return Response(csv_pieces(self.store, statement, view.repeated_share), 200, CSV, headers)
        pieces = json_pieces(self.store, statement, view.repeated_share)
        if any(fault.kind == faults.WRAP for fault in active):
            pieces = iter([b'{"data":', *pieces, b"}"])
        return Response(pieces, headers=headers)


def _addressed(path: str) -> tuple[str, str]:
    if path == "/api/catalog/v1":
        return faults.CATALOG, ""
    for area, pattern in PATHS.items():
        match = pattern.fullmatch(path)
        if match:
            return area, match.group(1)
    raise not_found()


def _raise_error(active: tuple[Fault, ...]) -> None:
    for fault in active:
        if fault.kind == faults.END_SODA2:
            message = "SODA 2 is no longer served; query /api/v3/views"
            raise SodaError("soda2_ended", message, fault.error_status)
        if fault.error_status:
            raise of_status(fault.error_status, fault.retry_after)


def _soda3(request: Request, view: View) -> Statement:
    try:
        body: dict[str, Any] = json.loads(request.body or b"{}") or {**request.parameters}
        return build_soda3(body, view)
    except (ValueError, AttributeError) as error:
        raise malformed(f"the body is not a JSON object: {error}") from error


def error_response(error: SodaError) -> Response:
    """The error response for a client; errors of a CDN in front of the portal are HTML."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.status >= 520:
        page = CDN_ERROR.format(status=error.status).encode()
        return Response([page], error.status, HTML, headers)
    return json_response(error.body(), error.status, headers)


def http_date(instant: str) -> str:
    moment = datetime.fromisoformat(instant) if instant else datetime(2015, 1, 1, tzinfo=UTC)
    return format_datetime(moment.astimezone(UTC), usegmt=True)
