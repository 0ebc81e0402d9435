"""Swagger UI, served from our own files: it works offline, and nothing else may run on its page."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

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
HEADERS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "public, no-cache"}

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("")
def show_documentation() -> Response:
    """The page."""
    return FileResponse(HERE / "page.html", headers=HEADERS)


@router.get("/{name}")
def get_documentation_file(name: str) -> Response:
    """A script or style sheet of the page."""
    if name not in FILES:
        raise HTTPException(404, "Item not found")
    return FileResponse(FILES[name], headers=HEADERS)
