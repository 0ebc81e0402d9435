"""HTTP in front of the portal."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from portal.admin import administer
from portal.errors import SodaError
from portal.messages import Answer, Request, json_answer
from portal.routes import refusal
from portal.transport import BrokenError, send

if TYPE_CHECKING:
    from portal.server import PortalServer

log = logging.getLogger("portal")
MAX_BODY_BYTES = 10_000_000
MAX_QUERY_FIELDS = 1_000


class Handler(BaseHTTPRequestHandler):
    """One connection: GET for everybody, POST for the tests' admin routes where they are switched on."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: the second must not wait for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    server_version = "SamplePortal"
    sys_version = ""
    server: PortalServer

    def do_GET(self) -> None:
        self._reply(self.server.portal.answer)

    def do_POST(self) -> None:
        self._reply(self._administer)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.portal.store.release()

    def _administer(self, request: Request) -> Answer:
        if not self.server.has_admin:
            return json_answer({"error": True, "code": "not_found", "message": "Not found"}, 404)
        return administer(self.server.controller, request)

    def _reply(self, answering: Callable[[Request], Answer]) -> None:
        try:
            try:
                self._send(answering(self._request()))
            except SodaError as error:
                self._send(refusal(error))
        except (BrokenError, ConnectionError, TimeoutError):
            self.close_connection = True
        except sqlite3.Error:
            log.exception("answer broke off: %s", self.path)
            self.close_connection = True

    def _send(self, answer: Answer) -> None:
        may_gzip = self.server.has_gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        send(self, answer, may_gzip=may_gzip, stop=self.server.stopping)

    def _request(self) -> Request:
        address = urlsplit(self.path)
        try:
            length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY_BYTES)
            fields = parse_qsl(address.query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
        except ValueError as error:
            raise SodaError("invalid_request", str(error)) from None
        return Request(
            method=self.command,
            path=address.path,
            parameters=dict(fields),
            headers={name.lower(): value for name, value in self.headers.items()},
            client=str(self.client_address[0]),
            body=self.rfile.read(length) if length else b"",
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's own name
        log.debug(format, *args)
