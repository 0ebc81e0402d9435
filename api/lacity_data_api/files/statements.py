"""Requests in the columns of the published files, for exports."""

from __future__ import annotations

SELECTED = """
SELECT * FROM published_requests()
 WHERE "RequestId" IN (SELECT request_id FROM service_requests WHERE {where})
"""
"""The rows of a selection; ``where`` is a condition on service_requests."""
FEATURES = """
SELECT json_build_object('type', 'Feature', 'id', "RequestId",
           'geometry', CASE WHEN "Latitude" IS NOT NULL THEN json_build_object(
               'type', 'Point', 'coordinates', json_build_array("Longitude", "Latitude")) END,
           'properties', to_jsonb(published) - '{{Latitude,Longitude,RequestId}}'::text[])::text
  FROM published_requests() AS published
 WHERE "RequestId" IN (SELECT request_id FROM service_requests WHERE {where})
"""
"""The same rows as features; those without a place have a null geometry."""
COLUMNS = """
SELECT name, kind::regtype::text AS kind
  FROM pg_proc, unnest(proargnames, proallargtypes) WITH ORDINALITY AS listed (name, kind, place)
 WHERE proname = 'published_requests' ORDER BY place
"""
"""Names and types of the columns, for ``parquet_parts``."""
