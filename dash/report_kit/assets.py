"""Files for browsers: each version has its own URL, so that a browser requests it once and caches it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request

from report_kit import bundles, packing

YEAR_SECONDS = 31_536_000
READ = {"GET", "HEAD"}
JAVASCRIPT = "text/javascript"


def versions() -> dict[str, str]:
    """Digests of all files in ``assets/`` and of the bundles, by their path in a URL."""
    files = [file for file in packing.ASSETS.rglob("*") if file.is_file()]
    found = {f"/assets/{file.relative_to(packing.ASSETS).as_posix()}": _digest(file) for file in files}
    return found | {path: bundles.digest(path) for path in bundles.TYPES}


def address(name: str) -> str:
    """The URL of the current version of a file in ``assets/``."""
    return f"/assets/{name}?v={_digest(packing.ASSETS / name)}"


@cache
def _digest(file: Path) -> str:
    return bundles.digest_of(file.read_bytes())


def add_assets(server: Flask) -> None:
    """Register the handlers. Call this before compression is added: packed files are compressed already."""
    packed, known = packing.packed(), versions()

    def send() -> Response | None:
        if request.method not in READ:
            return None
        if request.path in bundles.TYPES:
            return _response(bundles.content(request.path), bundles.TYPES[request.path])
        path, is_one_version = check_fingerprint(request.path)
        if path not in packed or not request.accept_encodings["br"]:
            return None
        response = _response(packed[path], JAVASCRIPT)
        response.headers["Content-Encoding"] = "br"
        return _keep(response) if is_one_version else response

    def keep(response: Response) -> Response:
        return _keep(response) if response.status_code == 200 and _names_a_version(known) else response

    server.before_request(send)
    server.after_request(keep)


def _names_a_version(known: Mapping[str, str]) -> bool:
    """Whether the requested version is served here: during an upgrade a page may reach an older server."""
    return request.path in known and request.args.get("v") == known[request.path]


def _response(content: bytes, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _keep(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response
