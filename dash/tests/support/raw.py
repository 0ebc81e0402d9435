"""The requests as published, counted without rollups, reference ids or any query of the report server.

``raw`` has one row per request, located or not, without calls for information; ``past`` leaves out
``today``, the first day that is not loaded completely, and everything later.
"""

from __future__ import annotations

RAW = """
    WITH every AS (
        SELECT r.createddate AS created, r.closeddate AS closed, t.type_name AS type, a.agency_name AS agency,
            s.source_name AS source, c.council_name AS council, c.population_2020 AS population,
            coalesce(r.cd, 0) AS district, c.region_id AS region,
            greatest(r.closeddate::date - r.createddate::date, 0) AS days, r.latitude IS NOT NULL AS located,
            r.closeddate IS NULL AND r.status <> 'Cancelled' AS is_open,
            r.requesttype = 'Information-Only' AS is_information,
            r.srnumber AS number, upper(r.address) AS address, g.group_name AS type_group,
            (SELECT least(now(), max(started_at)) AT TIME ZONE 'America/Los_Angeles' FROM load_runs
             WHERE status <> 'failed')::date AS today
        FROM requests r
        JOIN request_types t ON t.data_code = r.requesttype JOIN type_groups g USING (group_id)
        JOIN agencies a ON a.data_code = r.owner
        JOIN sources s ON s.data_code = r.requestsource
        JOIN councils c ON coalesce(c.data_code, '0') = coalesce(r.nc, 0)::text
    ), raw AS (SELECT * FROM every WHERE NOT is_information),
    past AS (SELECT * FROM raw WHERE created < today)
"""
