from __future__ import annotations

import datetime as dt
from typing import Any

from lacity_data_api.legacy import statements
from lacity_data_api.legacy.bins import Bins
from lacity_data_api.legacy.schemas import Comparison, Days, MapFilter
from lacity_data_api.statements import DAY_SECONDS, Query


def service_request(srnumbers: list[str]) -> Query:
    return Query(statements.SERVICE_REQUEST, {"srnumbers": srnumbers}, is_shared=False)


def open_requests() -> Query:
    """All open requests, and their counts by council and type."""
    return Query(statements.open_requests(), ttl_seconds=DAY_SECONDS)


def _days(body: Days) -> dict[str, Any]:
    return {"start_date": body.start_date, "end_date": body.end_date}


def _map_values(body: MapFilter) -> dict[str, Any]:
    return _days(body) | {"types": sorted(set(body.request_types)), "councils": sorted(set(body.nc_list))}


def _comparison_values(body: Comparison) -> dict[str, Any]:
    return _days(body) | {
        "types": sorted(set(body.request_types)),
        "district1": body.set1.district,
        "ids1": sorted(set(body.set1.list)),
        "district2": body.set2.district,
        "ids2": sorted(set(body.set2.list)),
    }


def _bin_values(days: Days) -> dict[str, Any]:
    bins = Bins(days.start_date, days.end_date)
    first_day = (days.start_date - dt.date.min).days
    return {"bins": bins.count, "bin_days": bins.width, "first_day": first_day, "edges": bins.edges}


def pins(body: MapFilter) -> Query:
    """At most 100,000 points, newest first."""
    return Query(statements.pins(), _map_values(body))


def visualizations(body: MapFilter) -> Query:
    return Query(statements.visualizations(), _map_values(body) | _bin_values(body))


def _comparison(body: Comparison, name: str, json: str, bins: str = "") -> str:
    return statements.comparison(name, json, body.set1.district, body.set2.district, bins)


def compared_frequency(body: Comparison) -> Query:
    """Requests by bin in every district."""
    sql = _comparison(body, "counts", statements.BINNED, statements.BINS)
    return Query(sql, _comparison_values(body) | _bin_values(body))


def compared_times(body: Comparison) -> Query:
    """Days to close in every district."""
    return Query(_comparison(body, "data", statements.BOXES), _comparison_values(body))


def compared_sources(body: Comparison) -> Query:
    """Requests by source over all districts of a set."""
    return Query(_comparison(body, "source", statements.SOURCES), _comparison_values(body))
