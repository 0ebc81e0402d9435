"""Addresses and clusters with the most requests in a selection."""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Composed, Literal

from data.catalog import SERVED
from data.filters import AREAS, Filters
from data.warehouse import Warehouse

CLUSTER_METERS = 30
MIN_CLUSTER_SIZE = 5
"""A cluster has at least this many requests within this distance of one of them, that one included."""
CELL_METERS = 31
"""All requests within 30 meters of one are in its cell of this size or in the eight around it."""
SELECTED = SQL("""
    SELECT * FROM {served}
    WHERE created_date >= %(first)s::date AND created_date < %(last)s::date + 1
        AND (%(information)s OR NOT is_information) AND {narrowed}
""")
# One pass; with chosen types, no DISTINCT, which would sort all rows: most addresses have one request.
ADDRESSES = SQL("""
    WITH counted AS (
        SELECT upper(address) AS address, count(*) AS requests, count(*) FILTER (WHERE is_open) AS open,
            {types} AS types, min(created_date)::date AS first_day, max(created_date)::date AS last_day,
            min(council_id) AS council_id, avg(latitude) AS latitude, avg(longitude) AS longitude
        FROM ({selected}) AS found WHERE address <> '' GROUP BY 1 HAVING count(*) > 1
    )
    SELECT address, council_name AS council, requests, open, types, first_day, last_day,
        counted.latitude, counted.longitude
    FROM counted JOIN {areas} AS areas USING (council_id)
    ORDER BY requests DESC, address
""")
OF_TYPE = SQL("(count(*) FILTER (WHERE type_id = {}) > 0)::integer")
BEFORE = SQL("""
    WITH selected AS ({selected})
    SELECT upper(address) AS address, count(*) AS requests_before
    FROM selected WHERE upper(address) = ANY(%(addresses)s) GROUP BY 1
""")
TOTALS = SQL("""
    WITH selected AS ({selected}), counted AS (
        SELECT upper(nullif(address, '')) AS address, count(*) AS requests FROM selected GROUP BY 1
    )
    SELECT coalesce(sum(requests), 0)::bigint AS requests,
        coalesce(sum(requests) FILTER (WHERE address IS NULL), 0)::bigint AS without_address,
        count(address) AS addresses, count(address) FILTER (WHERE requests > 1) AS repeated_addresses,
        coalesce(sum(requests) FILTER (WHERE requests > 1 AND address IS NOT NULL), 0)::bigint
            AS repeated_requests
    FROM counted
""")
# As the API's hot spots: places are clustered, and as many copies of one as make a cluster suffice.
CLUSTERS = SQL("""
    WITH places AS MATERIALIZED (
        SELECT latitude, longitude, council_id, address,
            count(*)::integer AS requests, count(*) FILTER (WHERE is_open) AS open,
            (longitude * (SELECT meters_per_degree_longitude / %(cell)s FROM city))::bigint * 1000000
                + (latitude * (SELECT meters_per_degree_latitude / %(cell)s FROM city))::bigint AS cell
        FROM ({selected}) AS selected WHERE latitude IS NOT NULL
        GROUP BY latitude, longitude, council_id, address
    ), cells AS (
        SELECT cell, sum(requests)::integer AS requests FROM places GROUP BY cell
    ), surrounded AS (
        SELECT cell, sum(requests) OVER own_column + coalesce(sum(requests) OVER column_before, 0)
            + coalesce(sum(requests) OVER column_after, 0) AS requests
        FROM cells
        WINDOW own_column AS (ORDER BY cell RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING),
            column_before AS (ORDER BY cell RANGE BETWEEN 1000001 PRECEDING AND 999999 PRECEDING),
            column_after AS (ORDER BY cell RANGE BETWEEN 999999 FOLLOWING AND 1000001 FOLLOWING)
    ), busy AS (
        SELECT DISTINCT cell + across * 1000000 + up AS cell
        FROM (SELECT cell FROM surrounded WHERE requests >= %(least)s) AS full_cells,
            generate_series(-1, 1) AS across, generate_series(-1, 1) AS up
    ), candidates AS MATERIALIZED (
        SELECT places.* FROM places JOIN busy USING (cell)
    ), clustered AS (
        SELECT candidates.*, copy,
            ST_ClusterDBSCAN(
                ST_MakePoint(longitude * meters_per_degree_longitude, latitude * meters_per_degree_latitude),
                %(meters)s, %(least)s
            ) OVER () AS cluster
        FROM candidates, generate_series(1, least(requests, %(least)s)) AS copy, city
    ), found AS MATERIALIZED (
        SELECT * FROM clustered WHERE cluster IS NOT NULL AND copy = 1
    ), by_council AS (
        SELECT cluster, council_id, sum(requests) AS requests, sum(open) AS open,
            sum(latitude * requests) AS latitude, sum(longitude * requests) AS longitude
        FROM found GROUP BY cluster, council_id
    ), located AS (
        SELECT cluster, sum(requests)::bigint AS requests, sum(open)::bigint AS open,
            (array_agg(council_id ORDER BY requests DESC, council_id))[1] AS council_id,
            sum(latitude) / sum(requests) AS latitude, sum(longitude) / sum(requests) AS longitude
        FROM by_council GROUP BY cluster
    ), by_address AS (
        SELECT cluster, address, sum(requests) AS requests
        FROM found WHERE address <> '' GROUP BY cluster, address
    ), named AS (
        SELECT cluster, count(DISTINCT upper(address)) AS addresses,
            (array_agg(address ORDER BY requests DESC, address))[1] AS around
        FROM by_address GROUP BY cluster
    )
    SELECT coalesce(around, 'no address') AS around, council_name AS council, requests, open,
        coalesce(addresses, 0) AS addresses, located.latitude, located.longitude
    FROM located JOIN {areas} AS areas USING (council_id) LEFT JOIN named USING (cluster)
    ORDER BY requests DESC, around, located.longitude
""")


def addresses(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Every address with more than one request, in capital letters; most requests first.

    Columns: address, council, requests, open, types (how many), first_day, last_day, latitude and longitude
    (the mean of its requests; missing where none has a location).
    """
    types = SQL(" + ").join(OF_TYPE.format(Literal(one)) for one in filters.types)
    query = _of(ADDRESSES, filters, types=types if filters.types else SQL("count(DISTINCT type_id)"))
    return warehouse.frame(query, **_values(filters))


def with_before(warehouse: Warehouse, frame: DataFrame, before: Filters) -> DataFrame:
    """The frame with ``requests_before``, the number of requests that ``before`` selects at each address."""
    values = _values(before) | {"addresses": frame["address"].tolist()}
    counted = warehouse.frame(_of(BEFORE, before), **values)
    both = frame.merge(counted, on="address", how="left")
    return both.assign(requests_before=both["requests_before"].fillna(0).astype("int64"))


def totals(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """One row: requests, without_address, addresses, repeated_addresses, repeated_requests."""
    return warehouse.frame(_of(TOTALS, filters), **_values(filters))


def clusters(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Clusters of located requests (DBSCAN), most requests first.

    Columns: around (its most frequent address), council, requests, open, addresses (how many), latitude,
    longitude (of its center).
    """
    more = {"cell": CELL_METERS, "meters": CLUSTER_METERS, "least": MIN_CLUSTER_SIZE}
    return warehouse.frame(_of(CLUSTERS, filters), **_values(filters), **more)


def _of(query: SQL, filters: Filters, **parts: Composable) -> Composed:
    selected = SELECTED.format(served=SERVED, narrowed=filters.narrowed())
    return query.format(selected=selected, areas=SQL(AREAS), **parts)


def _values(filters: Filters) -> dict[str, object]:
    return filters.parameters() | {"information": filters.includes_information}
