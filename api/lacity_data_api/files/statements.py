"""Requests with the columns of the published files, for exports."""

from __future__ import annotations

from collections.abc import Iterable

from lacity_data_api.statements import Statement, Where

COLUMNS = Statement("SELECT column_name, kind FROM published_columns()")
"""The columns that this city publishes, with their Postgres types."""
LOCK = "LOCK TABLE service_requests, requests IN ACCESS SHARE MODE"
SELECTED = """
SELECT {columns} FROM published_requests() AS published
 WHERE "RequestId" IN (SELECT request_id FROM service_requests WHERE {where})
"""
FEATURES = """
SELECT json_build_object('type', 'Feature', 'id', "RequestId",
           'geometry', CASE WHEN "Latitude" IS NOT NULL THEN json_build_object(
               'type', 'Point', 'coordinates', json_build_array("Longitude", "Latitude")) END,
           'properties', (SELECT row_to_json(properties) FROM (SELECT {columns}) AS properties)
       )::text AS feature
  FROM published_requests() AS published
 WHERE "RequestId" IN (SELECT request_id FROM service_requests WHERE {where})
"""
OUTSIDE_PROPERTIES = frozenset({"Latitude", "Longitude", "RequestId"})


def selected(columns: Iterable[str], where: Where) -> Statement:
    """These columns of the matching requests, in no particular order."""
    return _statement(SELECTED, columns, where)


def features(columns: Iterable[str], where: Where) -> Statement:
    """The same rows as GeoJSON features, one text per row; rows without a location have a null geometry."""
    return _statement(FEATURES, (name for name in columns if name not in OUTSIDE_PROPERTIES), where)


def _statement(template: str, columns: Iterable[str], where: Where) -> Statement:
    names = ", ".join(f'published."{name}"' for name in columns)
    return Statement(template.format(columns=names, where=where.sql), where.values)
