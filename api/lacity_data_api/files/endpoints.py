"""The published files: a list, and every file whole or in ranges."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from lacity_data_api.files.repository import MANIFEST, PAGE, FileFolder
from lacity_data_api.files.responses import file_response
from lacity_data_api.files.schemas import DataPackage
from lacity_data_api.http.accept import list_header, wants_page
from lacity_data_api.openapi import NOT_FOUND, NOT_MODIFIED, Responses
from lacity_data_api.routing import StrictRoute

FileName = Annotated[str, Path(description="A `latest` or `path` of the manifest.", max_length=100)]
Year = Annotated[int, Path(description="The year in which the requests were created.", ge=1, le=9999)]
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
FILE: Responses = {
    200: {"description": "The whole file", "content": BYTES},
    206: {"description": "The requested range", "content": BYTES},
    302: {"description": "Redirect to the file, if the files are in a bucket"},
    416: {"description": "The range begins beyond the end"},
}
LISTING: Responses = {
    200: {"model": DataPackage, "description": "The manifest, or a page for browsers (Accept: text/html)"}
}


def files_router(folder: str, elsewhere: str = "") -> APIRouter:
    """The routes for the files in this folder; without a folder there are no files.

    If the files are at another address, every route redirects to the file with the same name there.
    """
    router = APIRouter(tags=["files"], route_class=StrictRoute)
    files = FileFolder(folder)

    def sent(request: Request, name: str, **headers: str) -> Response:
        if elsewhere:
            return RedirectResponse(f"{elsewhere}/{name}", 302, headers)
        file = files.find(name)
        if file is None or not file.path.is_file():
            raise HTTPException(404, "Item not found")
        return file_response(request, file, **headers)

    @router.head("/files", include_in_schema=False)
    @router.get("/files", responses=LISTING | NOT_MODIFIED | NOT_FOUND)
    def list_files(request: Request) -> Response:
        """All files with sizes, rows and last day: a page for browsers, the manifest for programs."""
        name = PAGE if wants_page(list_header(request.headers, "accept")) else MANIFEST
        return sent(request, name, Vary="Accept")

    @router.head("/files/{name}", include_in_schema=False)
    @router.get("/files/{name}", response_class=Response, responses=FILE | NOT_MODIFIED | NOT_FOUND)
    def get_file(request: Request, name: FileName) -> Response:
        """A file, or a range of it. Names of the form `2026.g12-1a2b3c4d.parquet` never change content."""
        return sent(request, name)

    alias = "/datasets/311-data/{year}/resolve/main/{name}"

    @router.head(alias, include_in_schema=False)
    @router.get(alias, response_class=Response, responses=FILE | NOT_MODIFIED | NOT_FOUND)
    def get_year(request: Request, year: Year, name: FileName) -> Response:
        """The requests of a year under the path that the public map requests."""
        if name != f"{year}.parquet":
            raise HTTPException(404, "Item not found")
        return sent(request, name)

    return router
