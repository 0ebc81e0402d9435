from __future__ import annotations

from lacity_data_api.statements import DAY_SECONDS, Query, list_query, object_query

ALL = """
SELECT agency_id AS "agencyId", agency_name AS "agencyName", website, twitter FROM agencies ORDER BY agency_id
"""
ONE = "SELECT agency_id, agency_name, website, twitter FROM agencies WHERE agency_id = CAST(:id AS bigint)"


def all_agencies() -> Query:
    return list_query(ALL, ttl_seconds=DAY_SECONDS)


def one_agency(agency_id: int) -> Query:
    return object_query(ONE, {"id": agency_id}, missing="Agency is not found")
