"""Exports: any selection of requests as a file, streamed as it is read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import Path, Query, Request
from starlette.responses import Response

from lacity_data_api.files.exports import GEOJSON, PARQUET
from lacity_data_api.openapi import JSON_OBJECT, file_of
from lacity_data_api.reports.exports import CSV, GZIP, csv_file, geojson_file, parquet_file, within_year
from lacity_data_api.requests.params import Everything
from lacity_data_api.routing import strict_router

router = strict_router("/reports/export", "reports")
GEOJSON_FILE = file_of(GEOJSON, JSON_OBJECT)

FileName = Annotated[Literal["service_requests"], Path(description="The table")]
Year = Annotated[int, Path(ge=dt.MINYEAR, le=dt.MAXYEAR, description="Year of creation", examples=[2020])]
Excel = Annotated[bool, Query(description="Add a byte order mark, which Excel needs for UTF-8")]


@router.get("/service_requests.csv", response_class=Response, responses=file_of(CSV))
async def export_requests(request: Request, wanted: Everything, excel: Excel = False) -> Response:
    """Requests as CSV in no particular order, located or not, streamed; all of them if there is no filter.

    A text cell that begins with =, +, -, @, tab or CR is prefixed with an apostrophe, so that no spreadsheet
    runs it as a formula.
    """
    name = "service_requests.csv"
    return await csv_file(request, wanted, name, is_compressed=False, is_for_excel=excel)


@router.get("/service_requests.csv.gz", response_class=Response, responses=file_of(GZIP))
async def export_compressed_requests(request: Request, wanted: Everything, excel: Excel = False) -> Response:
    """Requests as CSV in no particular order, located or not, streamed and compressed with gzip."""
    name = "service_requests.csv.gz"
    return await csv_file(request, wanted, name, is_compressed=True, is_for_excel=excel)


@router.get("/service_requests.parquet", response_class=Response, responses=file_of(PARQUET))
async def export_requests_as_parquet(request: Request, wanted: Everything) -> Response:
    """Requests in the columns of the published files, as Parquet in no particular order, streamed."""
    return parquet_file(request, wanted, "service_requests.parquet")


@router.get("/service_requests.geojson", response_class=Response, responses=GEOJSON_FILE)
async def export_requests_as_geojson(request: Request, wanted: Everything) -> Response:
    """Requests as GeoJSON features, streamed; those without coordinates have no geometry."""
    return geojson_file(request, wanted, "service_requests.geojson")


@router.get("/{year}/{file}.csv", response_class=Response, responses=file_of(CSV))
async def export_year(
    request: Request, year: Year, file: FileName, wanted: Everything, excel: Excel = False
) -> Response:
    """The requests created in one year, as CSV."""
    wanted, name = within_year(wanted, year), f"{file}-{year}.csv"
    return await csv_file(request, wanted, name, is_compressed=False, is_for_excel=excel)


@router.get("/{year}/{file}.csv.gz", response_class=Response, responses=file_of(GZIP))
async def export_compressed_year(
    request: Request, year: Year, file: FileName, wanted: Everything, excel: Excel = False
) -> Response:
    """The requests created in one year, as CSV compressed with gzip."""
    wanted, name = within_year(wanted, year), f"{file}-{year}.csv.gz"
    return await csv_file(request, wanted, name, is_compressed=True, is_for_excel=excel)


@router.get("/{year}/{file}.parquet", response_class=Response, responses=file_of(PARQUET))
async def export_year_as_parquet(
    request: Request, year: Year, file: FileName, wanted: Everything
) -> Response:
    """The requests created in one year, as Parquet."""
    return parquet_file(request, within_year(wanted, year), f"{file}-{year}.parquet")


@router.get("/{year}/{file}.geojson", response_class=Response, responses=GEOJSON_FILE)
async def export_year_as_geojson(
    request: Request, year: Year, file: FileName, wanted: Everything
) -> Response:
    """The requests created in one year, as GeoJSON."""
    return geojson_file(request, within_year(wanted, year), f"{file}-{year}.geojson")
