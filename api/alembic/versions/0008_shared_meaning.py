"""What the services must agree on, kept where they meet: the city, days to close, percentiles, the last load.

Every function has one definition here; the pipeline, the API and the reports call it.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LOADER = "loader_311"

# One deployment serves one city. The pipeline keeps the row equal to the city's declaration; until its
# first run the row says what every earlier release assumed.
CITY = """
CREATE TABLE city (
    only_row           boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    city_key           text NOT NULL,
    city_name          text NOT NULL,
    time_zone          text NOT NULL,
    west               double precision NOT NULL,
    south              double precision NOT NULL,
    east               double precision NOT NULL,
    north              double precision NOT NULL,
    meters_per_degree_longitude double precision NOT NULL,
    meters_per_degree_latitude  double precision NOT NULL,
    words              jsonb NOT NULL DEFAULT '{}',
    declaration_digest text NOT NULL DEFAULT '',
    CHECK (west < east AND south < north)
);
INSERT INTO city (city_key, city_name, time_zone, west, south, east, north,
                  meters_per_degree_longitude, meters_per_degree_latitude)
VALUES ('la', 'Los Angeles', 'America/Los_Angeles', -118.8, 33.6, -118.0, 34.5, 92330, 110924);
"""

DAYS_TO_CLOSE = """
CREATE FUNCTION days_to_close(created timestamp, closed timestamp) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN closed IS NOT NULL THEN greatest(0, closed::date - created::date) END;
COMMENT ON FUNCTION days_to_close IS
    'Whole calendar days from the created to the closed date, never below zero; null without a closed date.';
"""

LAST_LOADED_AT = """
CREATE FUNCTION last_loaded_at() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT max(coalesce(finished_at, started_at)) FROM load_runs
         WHERE status IN ('merged', 'succeeded', 'partial'));
COMMENT ON FUNCTION last_loaded_at IS
    'When the newest run whose data can be served ended; a run that is merged but not yet published counts.';
"""

# The smallest value whose cumulative count reaches the share: percentile_disc over the counted rows.
HISTOGRAM_PERCENTILE = """
CREATE FUNCTION histogram_percentile(
    histogram_values integer[], cumulative_counts bigint[], numerator integer, denominator integer
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN histogram_values[1 + width_bucket(
    (cumulative_counts[cardinality(cumulative_counts)] * numerator + denominator - 1) / denominator - 1,
    cumulative_counts)];
COMMENT ON FUNCTION histogram_percentile IS
    'percentile_disc(numerator / denominator) of a histogram: ascending values with their cumulative counts.';
"""

CLOSE_STATISTICS = """
CREATE FUNCTION close_statistics(
    keys text[],
    first_month date DEFAULT NULL,
    last_month date DEFAULT NULL,
    type_ids bigint[] DEFAULT NULL,
    council_ids bigint[] DEFAULT NULL
) RETURNS TABLE (
    closed_month date, type_id integer, group_id integer, council_id integer, region_id integer,
    closed_requests bigint, min_days integer, q1_days integer, median_days integer, q3_days integer,
    p90_days integer, max_days integer, same_day_requests bigint, within_7_days_requests bigint
)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    known CONSTANT text[] := ARRAY['closed_month', 'type_id', 'group_id', 'council_id', 'region_id'];
    by_month CONSTANT boolean :=
        first_month IS NOT NULL OR last_month IS NOT NULL OR 'closed_month' = ANY(keys);
    histogram CONSTANT text := CASE WHEN by_month THEN 'rollup_close_month' ELSE 'rollup_close_days' END;
    is_finest CONSTANT boolean :=
        keys @> CASE WHEN by_month THEN ARRAY['closed_month', 'type_id', 'council_id']
                     ELSE ARRAY['type_id', 'council_id'] END;
    listed CONSTANT text := array_to_string(keys, ', ');
    led CONSTANT text := CASE WHEN cardinality(keys) = 0 THEN '' ELSE listed || ', ' END;
    tables text := histogram;
    cells text;
    selected text;
BEGIN
    IF NOT keys <@ known THEN
        RAISE EXCEPTION 'close_statistics groups by %, not by %', known, keys
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF 'group_id' = ANY(keys) THEN
        tables := tables || ' JOIN (SELECT type_id, group_id FROM request_types) AS types USING (type_id)';
    END IF;
    IF 'region_id' = ANY(keys) THEN
        tables := tables || ' JOIN (SELECT council_id, region_id FROM councils) AS areas USING (council_id)';
    END IF;
    cells := format('SELECT %s days_to_close AS days, %s AS requests FROM %s WHERE true',
                    led, CASE WHEN is_finest THEN 'requests' ELSE 'sum(requests)::integer' END, tables)
        || CASE WHEN first_month IS NULL THEN '' ELSE ' AND closed_month >= $1' END
        || CASE WHEN last_month IS NULL THEN '' ELSE ' AND closed_month <= $2' END
        || CASE WHEN type_ids IS NULL THEN '' ELSE ' AND type_id = ANY ($3)' END
        || CASE WHEN council_ids IS NULL THEN '' ELSE ' AND council_id = ANY ($4)' END
        || CASE WHEN is_finest THEN '' ELSE format(' GROUP BY %s days_to_close', led) END;
    SELECT string_agg(CASE WHEN key = ANY(keys) THEN key
                           WHEN key = 'closed_month' THEN 'NULL::date'
                           ELSE 'NULL::integer' END, ', ' ORDER BY place)
      INTO selected
      FROM unnest(known) WITH ORDINALITY AS key_place (key, place);
    RETURN QUERY EXECUTE format($query$
        WITH cells AS (%1$s),
        cumulative AS (
            SELECT %2$s days, requests,
                   sum(requests) OVER (%3$s ORDER BY days ROWS UNBOUNDED PRECEDING)::bigint AS reached
              FROM cells
        ),
        histograms AS (
            SELECT %2$s array_agg(days) AS days, array_agg(reached) AS reached,
                   coalesce(sum(requests) FILTER (WHERE days = 0), 0)::bigint AS same_day,
                   coalesce(sum(requests) FILTER (WHERE days <= 7), 0)::bigint AS within_7_days
              FROM cumulative %4$s HAVING count(*) > 0
        )
        SELECT %5$s, reached[cardinality(reached)], days[1],
               histogram_percentile(days, reached, 1, 4), histogram_percentile(days, reached, 1, 2),
               histogram_percentile(days, reached, 3, 4), histogram_percentile(days, reached, 9, 10),
               days[cardinality(days)], same_day, within_7_days
          FROM histograms $query$,
        cells, led,
        CASE WHEN cardinality(keys) = 0 THEN '' ELSE 'PARTITION BY ' || listed END,
        CASE WHEN cardinality(keys) = 0 THEN '' ELSE 'GROUP BY ' || listed END,
        selected)
    USING first_month, last_month, type_ids, council_ids;
END
$$;
COMMENT ON FUNCTION close_statistics IS
    'Exact percentiles of the days to close by any of closed_month, type_id, group_id, council_id, region_id '
    '(others are null), in no order. Months are whole. A null list of ids means all, an empty one none.';
"""


def upgrade() -> None:
    for statement in (CITY, DAYS_TO_CLOSE, HISTOGRAM_PERCENTILE, CLOSE_STATISTICS):
        op.execute(statement)
    op.execute(LAST_LOADED_AT)
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON city TO {LOADER}")


def downgrade() -> None:
    op.execute("DROP FUNCTION close_statistics, histogram_percentile, last_loaded_at, days_to_close")
    op.execute("DROP TABLE city")
