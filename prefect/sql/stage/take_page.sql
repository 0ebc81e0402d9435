-- Types the page's rows and parts them into accepted, refused and those of a day that another dataset takes.
-- A row updated after the run began counts as updated with the newest before: whatever comes next is then newer, and
-- the next night reads the row again. More than a day ahead is no clock that is a little fast, but an error.
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
           stamp > %(now)s + interval '1 day' AS is_future
      FROM page
      JOIN timed USING (line), real
),
judged AS MATERIALIZED (
    SELECT typed.*,
           CASE
               WHEN btrim(coalesce(srnumber, '')) = '' THEN 'no number'
               WHEN createddate IS NULL THEN 'no created date'
               WHEN created IS NULL THEN 'created date is not a time'
               WHEN closeddate IS NOT NULL AND closed IS NULL THEN 'closed date is not a time'
               WHEN NOT (%(own_days)s::datemultirange @> created::date
                         OR %(other_days)s::datemultirange @> created::date)
                   THEN 'created on a day that no dataset takes'
           END AS reason,
           %(own_days)s::datemultirange @> created::date AS is_own
      FROM typed
),
accepted AS (
    INSERT INTO {rows} (
        srnumber, requesttype, status, actiontaken, createddate, updateddate, servicedate, closeddate,
        requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
        address, zipcode, latitude, longitude, dataset_id, source_row_id, source_updated_at
    )
    SELECT btrim(srnumber), requesttype, status, actiontaken, created, staging.as_time(updateddate),
           staging.as_time(servicedate), closed, requestsource, anonymous, mobileos, owner,
           staging.as_code(nc), ncname, policeprecinct, apc, assignto, staging.as_code(cd), cdmember, address,
           zipcode, staging.as_number(latitude), staging.as_number(longitude), %(dataset_id)s, source_row_id,
           stamp
      FROM judged
     WHERE reason IS NULL AND is_own
     ORDER BY line
    RETURNING 1
),
refused AS (
    INSERT INTO {refused} (dataset_id, source_row_id, srnumber, reason, raw)
    SELECT %(dataset_id)s, source_row_id, srnumber, coalesce(reason, %(elsewhere)s),
           CASE WHEN reason IS NULL THEN '{{}}' ELSE jsonb_strip_nulls({raw}) END
      FROM judged
     WHERE reason IS NOT NULL OR NOT is_own
    RETURNING reason
)
SELECT count(*) AS rows,
       count(DISTINCT source_row_id) AS read,
       (SELECT count(*) FROM accepted) AS accepted,
       (SELECT count(*) FROM refused WHERE reason <> %(elsewhere)s) AS refused,
       count(*) FILTER (WHERE reason IS NULL AND NOT is_own) AS elsewhere,
       count(*) FILTER (WHERE is_future) AS from_the_future,
       count(*) FILTER (WHERE updateddate IS NOT NULL AND staging.as_time(updateddate) IS NULL) AS bad_updates,
       count(*) FILTER (WHERE latitude IS NOT NULL AND staging.as_number(latitude) IS NULL
                           OR longitude IS NOT NULL AND staging.as_number(longitude) IS NULL) AS bad_coordinates,
       max(stamp) FILTER (WHERE NOT is_ahead) AS newest
  FROM judged
