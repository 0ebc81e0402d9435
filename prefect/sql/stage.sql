-- Loads pages of the portal into the staging tables of a run. Tables are described in tables.sql.

-- name: as_time
-- A published time, or null if the text is not a valid time. Days are validated against the month, including leap
-- years.
CREATE OR REPLACE FUNCTION staging.as_time(published text) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN published ~ '^[1-9]\d{{3}}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{{1,6}})?$'
        THEN published::timestamp
    WHEN published ~ '^([1-9]\d([02468][48]|[13579][26]|[2468]0)|([2468][048]|[13579][26])00)-02-29[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{{1,6}})?$'
        THEN published::timestamp
END

-- name: as_number
-- A published coordinate, or null if the text is not a finite number of plausible size.
CREATE OR REPLACE FUNCTION staging.as_number(published text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN published ~ '^\s*[-+]?\d{{1,3}}(\.\d{{1,20}})?\s*$' THEN published::double precision END

-- name: as_code
-- The published number of a council or district, or null if the text is not a number.
CREATE OR REPLACE FUNCTION staging.as_code(published text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN published ~ '^\s*\d{{1,9}}\s*$' THEN published::integer END

-- name: leftovers
SELECT tablename AS name FROM pg_tables WHERE schemaname = 'staging'

-- name: drop
DROP TABLE IF EXISTS {table} CASCADE

-- name: discard
-- Removes the rows of a failed attempt at this dataset.
DELETE FROM {table} WHERE dataset_id = %(dataset_id)s

-- name: count_read
-- Number of distinct portal rows that the run has read from this dataset, including rejected rows.
SELECT count(DISTINCT source_row_id) AS read
  FROM (SELECT source_row_id FROM {rows} WHERE dataset_id = %(dataset_id)s
        UNION ALL
        SELECT source_row_id FROM {rejected} WHERE dataset_id = %(dataset_id)s) AS everything

-- name: count_new
-- Number of rows of the dataset that this run has read and no merged run has, including rejected rows. A row that has
-- the number of a stored row is new too, because the portal counts both. A row that only failed runs have rejected is
-- new too, because the count in the watermark does not include it.
SELECT (SELECT count(DISTINCT source_row_id)
          FROM {rows} AS staged
         WHERE dataset_id = %(dataset_id)s
           AND NOT EXISTS (SELECT FROM requests AS stored
                            WHERE stored.srnumber = staged.srnumber AND stored.dataset_id = staged.dataset_id
                              AND stored.source_row_id = staged.source_row_id))
     + (SELECT count(DISTINCT source_row_id)
          FROM {rejected} AS rejected
         WHERE dataset_id = %(dataset_id)s
           AND NOT EXISTS (SELECT FROM rejected_requests AS known
                             JOIN load_runs USING (load_run_id)
                            WHERE known.dataset_id = rejected.dataset_id
                              AND known.source_row_id = rejected.source_row_id
                              AND load_runs.status IN {merged_statuses})) AS rows

-- name: count_months
-- Stored or staged requests of the dataset by month of creation.
SELECT date_trunc('month', createddate)::date AS month, count(DISTINCT srnumber) AS rows
  FROM (SELECT srnumber, createddate FROM requests WHERE dataset_id = %(dataset_id)s
        UNION ALL
        SELECT srnumber, createddate FROM {rows} WHERE dataset_id = %(dataset_id)s) AS known
 GROUP BY 1

-- name: copy_page
COPY page ({columns}) FROM STDIN (FORMAT csv, HEADER MATCH)

-- name: page_order
-- Whether the page arrived in the requested order, and its last row, after which the next page starts.
SELECT coalesce(bool_and(source_updated_at >= previous), true) AS is_ordered,
       (array_agg(source_updated_at ORDER BY line DESC))[1] AS last_updated_at,
       (array_agg(source_row_id ORDER BY line DESC))[1] AS last_row_id
  FROM (SELECT line, source_row_id, source_updated_at,
               lag(source_updated_at) OVER (ORDER BY line) AS previous
          FROM page) AS lines

-- name: take_page
-- Converts the page's rows to column types and splits them into accepted and rejected rows. Rows whose day is
-- assigned to another dataset are also accepted if both datasets use the same request numbers: the merge then keeps
-- one row for each number. Otherwise a request may be published under two numbers, so such rows are left to the other
-- dataset.
-- Texts that do not fit into an index, even in capitals, are rejected: they would stop the whole run.
-- A row of an erased request is rejected without its values, even if it is malformed; only its number is staged.
-- A row with an update time after the start of the run is treated as updated at the newest earlier time, so that
-- later updates still count as newer and the next run reads the row again. An update time more than a day ahead is
-- counted as an error rather than as clock skew.
WITH timed AS MATERIALIZED (
    SELECT line, source_updated_at::timestamptz AS stamp,
           source_updated_at::timestamptz > %(now)s AS is_ahead
      FROM page
),
real AS MATERIALIZED (
    SELECT coalesce(greatest(max(stamp) FILTER (WHERE NOT is_ahead), %(newest)s), %(now)s) AS newest FROM timed
),
typed AS MATERIALIZED (
    SELECT page.*,
           staging.as_time(createddate) AS created,
           staging.as_time(closeddate) AS closed,
           CASE WHEN is_ahead THEN real.newest ELSE stamp END AS stamp,
           is_ahead,
           stamp > %(now)s + interval '1 day' AS is_future,
           nullif(jsonb_strip_nulls({kept}), '{{}}') AS kept_columns
      FROM page
      JOIN timed USING (line), real
),
placed AS MATERIALIZED (
    SELECT typed.*,
           %(own_days)s::datemultirange @> created::date AS is_own,
           %(shared_days)s::datemultirange @> created::date AS is_shared,
           %(other_days)s::datemultirange @> created::date AS is_other
      FROM typed
),
judged AS MATERIALIZED (
    SELECT placed.*,
           CASE
               WHEN btrim(coalesce(srnumber, '')) = '' THEN 'no number'
               WHEN btrim(srnumber) IN (SELECT erased.srnumber FROM erased_requests AS erased) THEN %(erased)s
               WHEN {longest_indexed} > 1500 THEN 'a text is too long'
               WHEN btrim(coalesce(createddate, '')) = '' THEN 'no created date'
               WHEN created IS NULL THEN 'created date is not a time'
               WHEN btrim(closeddate) <> '' AND closed IS NULL THEN 'closed date is not a time'
               WHEN NOT (is_own OR is_shared OR is_other) THEN 'created on a day that no dataset takes'
               WHEN NOT (is_own OR is_shared) THEN %(elsewhere)s
           END AS rejected_because
      FROM placed
),
accepted AS (
    INSERT INTO {rows} ({raw}, dataset_id, source_row_id, source_updated_at, is_own)
    SELECT {raw_read_from_text}, %(dataset_id)s, source_row_id, stamp, is_own
      FROM judged
     WHERE rejected_because IS NULL
     ORDER BY line
    RETURNING 1
),
rejected AS (
    INSERT INTO {rejected} (dataset_id, source_row_id, srnumber, reason, raw)
    SELECT %(dataset_id)s, source_row_id, btrim(srnumber), rejected_because,
           CASE WHEN rejected_because = ANY(%(left_out)s) THEN '{{}}' ELSE jsonb_strip_nulls({as_json}) END
      FROM judged
     WHERE rejected_because IS NOT NULL
    RETURNING reason
)
SELECT count(*) AS rows,
       count(DISTINCT source_row_id) AS read,
       (SELECT count(*) FROM accepted) AS accepted,
       (SELECT count(*) FROM rejected WHERE reason <> ALL(%(left_out)s)) AS rejected,
       count(*) FILTER (WHERE rejected_because = ANY(%(left_out)s)) AS elsewhere,
       count(*) FILTER (WHERE is_future) AS from_the_future,
       count(*) FILTER (WHERE btrim(updateddate) <> '' AND staging.as_time(updateddate) IS NULL) AS bad_updates,
       count(*) FILTER (WHERE btrim(latitude) <> '' AND staging.as_number(latitude) IS NULL
                           OR btrim(longitude) <> '' AND staging.as_number(longitude) IS NULL) AS bad_coordinates,
       max(stamp) FILTER (WHERE NOT is_ahead) AS newest
  FROM judged
