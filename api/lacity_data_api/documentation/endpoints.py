"""Swagger UI, served from our own files: it works offline, and nothing else may run on its page."""

from __future__ import annotations

from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.responding import REVALIDATED, send_document

HERE = Path(__file__).parent
# Files are looked up by name; a path from a client is never opened.
FILES = {
    "start.js": HERE / "start.js",
    **{name: HERE / "vendor" / name for name in ("swagger-ui-bundle.js", "swagger-ui.css")},
}
# Swagger UI sets styles by script, which this policy allows; it has no inline style elements.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = REVALIDATED | {"Content-Security-Policy": CONTENT_SECURITY_POLICY}

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("")
def show_documentation(request: Request) -> Response:
    """The page."""
    return _file_response(request, HERE / "page.html")


@router.get("/{name}")
def get_documentation_file(request: Request, name: str) -> Response:
    """A script or style sheet of the page."""
    if name not in FILES:
        raise HTTPException(404, "Item not found")
    return _file_response(request, FILES[name])


def _file_response(request: Request, path: Path) -> Response:
    return send_document(request, _content(path), HEADERS)


@lru_cache
def _content(path: Path) -> CachedResponse:
    """Read and compressed once: the largest file has 1.7 MB."""
    media_type = guess_type(path)[0] or "application/octet-stream"
    return CachedResponse.of(path.read_bytes(), generation=0, media_type=media_type)
