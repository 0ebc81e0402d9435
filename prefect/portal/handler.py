"""HTTP in front of the portal."""

from __future__ import annotations

import logging
import sqlite3
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from portal.admin import administer
from portal.messages import Answer, Request, json_answer
from portal.transport import Broken, send

if TYPE_CHECKING:
    from portal.server import PortalServer

log = logging.getLogger("portal")
MAX_BODY_BYTES = 10_000_000
MAX_QUERY_FIELDS = 1_000


class Handler(BaseHTTPRequestHandler):
    """One connection: GET for everybody, POST for the tests' admin routes where they are switched on."""

    protocol_version = "HTTP/1.1"
    server_version = "SamplePortal"
    sys_version = ""
    server: PortalServer

    def do_GET(self) -> None:
        self._reply(self.server.portal.answer)

    def do_POST(self) -> None:
        self._reply(self._administer)

    def _administer(self, request: Request) -> Answer:
        if not self.server.has_admin:
            return json_answer({"error": True, "code": "not_found", "message": "Not found"}, 404)
        return administer(self.server.controller, request)

    def _reply(self, answering: object) -> None:
        assert callable(answering)
        try:
            answer = answering(self._request())
            may_gzip = self.server.has_gzip and "gzip" in self.headers.get("Accept-Encoding", "")
            send(self, answer, may_gzip=may_gzip, stop=self.server.stopping)
        except (Broken, ConnectionError, TimeoutError):
            self.close_connection = True
        except sqlite3.Error:
            log.exception("question failed: %s", self.path)
            self.close_connection = True

    def _request(self) -> Request:
        address = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY_BYTES)
        return Request(
            method=self.command,
            path=address.path,
            parameters=dict(parse_qsl(address.query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)),
            headers={name.lower(): value for name, value in self.headers.items()},
            client=str(self.client_address[0]),
            body=self.rfile.read(length) if length else b"",
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's own name
        log.debug(format, *args)
