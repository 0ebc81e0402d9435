"""Days to close by month, of councils and of types: a fraction of the cells, in the order of the statistics.

``close_statistics`` reads the narrowest histogram of the catalog now, like every other question, and the
requests themselves if none covers it.
"""

from alembic import op

from lacity_data_api.schema_changes import add_rollups, drop_rollups

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ROLLUPS = ("rollup_close_month_council", "rollup_close_month_type")
CATALOG = """
INSERT INTO rollup_catalog (place, rollup, dimensions, measures, population) VALUES
    (19, 'rollup_close_month_council', '{closed_month, council_id, days_to_close}', '{requests}',
     'closed_date IS NOT NULL'),
    (20, 'rollup_close_month_type', '{closed_month, type_id, days_to_close}', '{requests}',
     'closed_date IS NOT NULL');
"""
CLOSE_STATISTICS = """
CREATE OR REPLACE FUNCTION close_statistics(
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
{declared}    tables text{initial};
    cells text;
    selected text;
BEGIN
    IF NOT keys <@ known THEN
        RAISE EXCEPTION 'close_statistics groups by %, not by %', known, keys
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
{chosen}    IF 'group_id' = ANY(keys) THEN
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
"""
FROM_THE_CATALOG = {
    "declared": """\
    needed CONSTANT text[] := array_remove(ARRAY[
        CASE WHEN by_month THEN 'closed_month' END,
        CASE WHEN keys && ARRAY['type_id', 'group_id'] OR type_ids IS NOT NULL THEN 'type_id' END,
        CASE WHEN keys && ARRAY['council_id', 'region_id'] OR council_ids IS NOT NULL THEN 'council_id' END
    ], NULL);
    is_finest boolean;
    listed text;
    led text;
""",
    "initial": "",
    "chosen": """\
    -- Keys in the order of the rollup's primary key, so that its cells need not be sorted.
    SELECT rollup, keys || 'days_to_close'::text @> dimensions,
           array_to_string(ARRAY(SELECT key FROM unnest(keys) AS key
                                  ORDER BY array_position(dimensions, key)), ', ')
      INTO tables, is_finest, listed
      FROM rollup_catalog
     WHERE 'days_to_close' = ANY(dimensions) AND needed <@ dimensions
     ORDER BY cardinality(dimensions), place LIMIT 1;
    IF NOT FOUND THEN
        is_finest := false;
        listed := array_to_string(keys, ', ');
        SELECT format('(SELECT %s, 1 AS requests FROM service_requests'
                      ' WHERE closed_date IS NOT NULL AND NOT is_information) AS counted',
                      string_agg(expression || ' AS ' || dimension, ', '))
          INTO tables FROM rollup_dimensions WHERE dimension = ANY(needed || 'days_to_close'::text);
    END IF;
    led := CASE WHEN cardinality(keys) = 0 THEN '' ELSE listed || ', ' END;
""",
}
BY_NAME = {
    "declared": """\
    histogram CONSTANT text := CASE WHEN by_month THEN 'rollup_close_month' ELSE 'rollup_close_days' END;
    is_finest CONSTANT boolean :=
        keys @> CASE WHEN by_month THEN ARRAY['closed_month', 'type_id', 'council_id']
                     ELSE ARRAY['type_id', 'council_id'] END;
    listed CONSTANT text := array_to_string(keys, ', ');
    led CONSTANT text := CASE WHEN cardinality(keys) = 0 THEN '' ELSE listed || ', ' END;
""",
    "initial": " := histogram",
    "chosen": "",
}


def upgrade() -> None:
    add_rollups(CATALOG, *ROLLUPS)
    op.execute(CLOSE_STATISTICS.format(**FROM_THE_CATALOG))


def downgrade() -> None:
    op.execute(CLOSE_STATISTICS.format(**BY_NAME))
    drop_rollups(*ROLLUPS)
