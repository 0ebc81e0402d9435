"""Answers compressed for browsers that accept it: Dash's scripts are megabytes, and nobody else does it."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

SMALLEST_BYTES = 1_000
LEVEL = 6
FILES_KEPT = 64
"""Files of one worker whose compressed form is kept; there are fewer, and their addresses stay."""
FOLDERS = ("/_dash-component-suites/", "/assets/")
TYPES = {"application/json", "image/svg+xml", "text/css", "text/csv", "text/html", "text/javascript"}


def add(server: Flask) -> None:
    """Compress text of some length, whoever made it."""
    kept: dict[str, bytes] = {}

    def compress(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        if not _is_worth_it(response):
            return response
        response.direct_passthrough = False
        address = request.full_path
        body = kept.get(address) or gzip.compress(response.get_data(), LEVEL, mtime=0)
        if request.path.startswith(FOLDERS) and len(kept) < FILES_KEPT:
            kept[address] = body
        response.set_data(body)
        response.headers["Content-Encoding"] = "gzip"
        return response

    server.after_request(compress)


def _is_worth_it(response: Response) -> bool:
    return (
        response.status_code == 200
        and response.mimetype in TYPES
        and "Content-Encoding" not in response.headers
        and (response.content_length or SMALLEST_BYTES) >= SMALLEST_BYTES
        and request.accept_encodings["gzip"] > 0
    )
