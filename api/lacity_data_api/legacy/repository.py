from __future__ import annotations

import datetime as dt
from typing import Any

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.legacy import statements
from lacity_data_api.legacy.bins import Bins
from lacity_data_api.legacy.schemas import Comparison, Days, MapFilter
from lacity_data_api.queries import written


def service_request(srnumber: str) -> Question:
    query = written(statements.SERVICE_REQUEST, srnumber=srnumber)
    return Question("servicerequest", query, {"srnumber": srnumber}, is_shared=False)


def open_requests() -> Question:
    """All open requests, and how many there are by council and type."""
    return Question("open-requests", written(statements.open_requests()), ttl_seconds=DAY_SECONDS)


def _of_map(asked: MapFilter) -> dict[str, Any]:
    return {
        "start_date": asked.start_date,
        "end_date": asked.end_date,
        "types": sorted(set(asked.request_types)),
        "councils": sorted(set(asked.nc_list)),
    }


def _binned(days: Days) -> dict[str, Any]:
    bins = Bins(days.start_date, days.end_date)
    first_day = (days.start_date - dt.date.min).days
    return {"bins": bins.count, "bin_days": bins.width, "first_day": first_day, "edges": bins.edges}


def pins(asked: MapFilter) -> Question:
    """At most 100,000 points, newest first."""
    parameters = _of_map(asked)
    return Question("map/pins", written(statements.pins(), **parameters), parameters)


def visualizations(asked: MapFilter) -> Question:
    parameters = _of_map(asked)
    query = written(statements.visualizations(), **parameters, **_binned(asked))
    return Question("visualizations", query, parameters)


def _of_comparison(asked: Comparison) -> dict[str, Any]:
    return {
        "start_date": asked.start_date,
        "end_date": asked.end_date,
        "types": sorted(set(asked.request_types)),
        "district1": asked.set1.district,
        "ids1": sorted(set(asked.set1.list)),
        "district2": asked.set2.district,
        "ids2": sorted(set(asked.set2.list)),
    }


def compared_frequency(asked: Comparison) -> Question:
    """Requests by bin in every district."""
    parameters = _of_comparison(asked)
    sql = statements.compared(
        "counts", statements.BINNED, asked.set1.district, asked.set2.district, statements.BINS
    )
    return Question("comparison/frequency", written(sql, **parameters, **_binned(asked)), parameters)


def compared_times(asked: Comparison) -> Question:
    """Days to close in every district."""
    parameters = _of_comparison(asked)
    sql = statements.compared("data", statements.BOXES, asked.set1.district, asked.set2.district)
    return Question("comparison/timetoclose", written(sql, **parameters), parameters)


def compared_sources(asked: Comparison) -> Question:
    """Requests by source in all districts of a set together."""
    parameters = _of_comparison(asked)
    sql = statements.compared("source", statements.SOURCES, asked.set1.district, asked.set2.district)
    return Question("comparison/counts", written(sql, **parameters), parameters)
