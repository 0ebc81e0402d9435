"""All rows of a list of requests as CSV and as an Excel file, never truncated."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO

from flask import Response, abort, request

from data import request_list
from data.errors import DataError, UnavailableError
from data.frames import records, safe_cell, visible
from data.request_list import FILE_COLUMNS, ListQuery
from documents.workbook import workbook
from pages import reports
from pages.requests_list import REPORT, too_many
from report_kit.failures import unavailable
from report_kit.list_query import query_of
from report_kit.report_page import content_of, warehouse
from report_kit.selection import Selection
from serving.clients import network_of

MAX_CONCURRENT_FILES = 2
"""Files that one worker writes concurrently; the figures need the remaining database connections."""
CHUNK_BYTES = 64 * 1024
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_slots = threading.BoundedSemaphore(MAX_CONCURRENT_FILES)
_choosing = threading.Lock()
_writing_for: set[str] = set()


def csv_file() -> Response:
    """Every request in the list, streamed."""
    try:
        chunks = _with_first_chunk(_chunks(_query(), _client()))
    except DataError as error:
        return unavailable(error)
    headers = {"Content-Disposition": 'attachment; filename="requests.csv"'}
    return Response(chunks, headers=headers, content_type="text/csv; charset=utf-8")


def excel_file() -> Response:
    """Every request in the list; 413 with advice if the list has more rows than an Excel file may contain."""
    try:
        query = _query()
        total = request_list.total(warehouse(), query)
        if advice := too_many(total):
            return Response(advice, 413, mimetype="text/plain")
        with _slot(_client()):
            file = workbook(FILE_COLUMNS, request_list.rows(warehouse(), query), "Requests")
    except DataError as error:
        return unavailable(error)
    headers = {"Content-Disposition": 'attachment; filename="requests.xlsx"'}
    return Response(_parts(file), headers=headers, content_type=EXCEL)


def card_as_excel(report: str, card: str) -> Response:
    """Every row behind a card, like its CSV; 404 for unknown cards and unusable selections."""
    known = {one.name: one for one in reports()}.get(report)
    found = known.card(card) if known else None
    if known is None or found is None:
        abort(404)
    try:
        content = content_of(known, found, request.query_string.decode(), warehouse())
        frame = visible(content.frame)
        rows = ([safe_cell(value) for value in row.values()] for row in records(frame))
        file = workbook([*frame], rows, found.name)
    except DataError as error:
        return unavailable(error)
    headers = {"Content-Disposition": f'attachment; filename="{report}-{card}.xlsx"'}
    return Response(_parts(file), headers=headers, content_type=EXCEL)


class BusyError(UnavailableError):
    """Other files are being written."""

    advice = "Other files are being written right now. Try again in a few seconds."


def _query() -> ListQuery:
    selection = Selection.of(REPORT.controls, request.query_string.decode(), warehouse())
    return query_of(warehouse(), selection)


def _client() -> str:
    return network_of(request.remote_addr or "")


@contextmanager
def _slot(client: str) -> Iterator[None]:
    """One of the worker's slots, at most one per client. Raises BusyError."""
    with _choosing:
        if client in _writing_for:
            raise BusyError
        _writing_for.add(client)
    try:
        if not _slots.acquire(timeout=1):
            raise BusyError
        try:
            yield
        finally:
            _slots.release()
    finally:
        _writing_for.discard(client)


def _chunks(query: ListQuery, client: str) -> Iterator[bytes]:
    """CSV lines with RFC 4180 line endings, in large chunks."""
    with _slot(client):
        held, size = [], 0
        for line in request_list.csv_lines(warehouse(), query):
            held.append(line[:-1] + b"\r\n")
            size += len(line)
            if size > CHUNK_BYTES:
                yield b"".join(held)
                held, size = [], 0
        yield b"".join(held)


def _with_first_chunk(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, with the first already computed, so that its errors can still set the status."""
    return chain([next(chunks)], chunks)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(CHUNK_BYTES):
            yield part
