-- Checks of a run, executed inside its transaction. They examine what the run changes, so their cost grows with the
-- number of changes.

-- name: changed_rows
-- Counts the new and changed rows of the run by dataset, and the suspicious ones among them. The coordinates (0, 0)
-- count as missing. Information calls have no location and are not counted as unlocated, as in the rollups.
SELECT r.dataset_id,
       count(*) AS rows,
       count(*) FILTER (WHERE NOT coalesce(types.is_information, false)) AS requests,
       count(*) FILTER (WHERE NOT is_located AND NOT coalesce(types.is_information, false)) AS unlocated,
       count(*) FILTER (WHERE is_located) AS located,
       count(*) FILTER (WHERE is_located AND NOT (latitude BETWEEN south AND north
                                                  AND longitude BETWEEN west AND east)) AS outside,
       count(*) FILTER (WHERE NOT coalesce(types.is_reviewed, false)) AS unreviewed_types,
       count(*) FILTER (WHERE NOT coalesce(agencies.is_reviewed, false)) AS unreviewed_agencies,
       count(*) FILTER (WHERE createddate > %(latest)s) AS created_in_the_future,
       count(*) FILTER (WHERE closeddate > %(latest)s) AS closed_in_the_future,
       count(*) FILTER (WHERE closeddate < %(earliest_closed)s) AS closed_too_early
  FROM (SELECT staged.*, coalesce(latitude <> 0 OR longitude <> 0, false) AS is_located
          FROM staged
          JOIN staged_changes USING (staged_id)
         WHERE is_new OR has_changed) AS r
 CROSS JOIN city
  LEFT JOIN meanings AS type ON type.field = 'requesttype' AND type.published = coalesce(btrim(r.requesttype), '')
  LEFT JOIN request_types AS types ON types.type_id = type.id
  LEFT JOIN meanings AS agency ON agency.field = 'owner' AND agency.published = coalesce(btrim(r.owner), '')
  LEFT JOIN agencies ON agencies.agency_id = agency.id
 GROUP BY 1
 ORDER BY 1

-- name: usual_shares
-- The stored share of requests without coordinates on the days of each dataset, before this run writes anything.
SELECT dataset_id,
       (SELECT sum(unlocated)::double precision / nullif(sum(requests), 0)
          FROM rollup_day_type
         WHERE created_date >= lower(days) AND (upper_inf(days) OR created_date < upper(days))) AS share
  FROM unnest(%(ids)s::text[], %(days)s::datemultirange[]) AS listed (dataset_id, days)

-- name: newest
-- The newest request that is not in the future, and the time of the last load before this run.
SELECT max(created_date) AS created_date, last_loaded_at() AT TIME ZONE 'UTC' AS last_loaded_at
  FROM {service_requests}
 WHERE created_date <= %(latest)s

-- name: weekday
-- The newest complete day (the day before the newest request that is not in the future), and the average for the same
-- weekday over the preceding eight weeks.
WITH newest AS (SELECT max(created_date) - 1 AS day FROM {rollup_day_type} WHERE created_date <= %(latest)s::date),
daily AS (
    SELECT created_date AS day, sum(requests) AS requests
      FROM {rollup_day_type}, newest
     WHERE created_date BETWEEN newest.day - 56 AND newest.day
     GROUP BY created_date
)
SELECT newest.day,
       coalesce((SELECT requests FROM daily WHERE daily.day = newest.day), 0) AS requests,
       (SELECT avg(requests) FROM daily
         WHERE daily.day < newest.day AND (newest.day - daily.day) %% 7 = 0 HAVING count(*) >= 4) AS usual
  FROM newest

-- name: unserved
-- Rows of this run that are stored but not served.
SELECT count(*) AS rows
  FROM staged
  JOIN {requests} AS stored USING (srnumber)
 WHERE NOT EXISTS (SELECT FROM {service_requests} AS served WHERE served.request_id = stored.id)

-- name: equal_names
-- Names that several areas share, with the codes of those areas.
SELECT council_name AS name, array_agg(data_code ORDER BY council_id) AS codes
  FROM councils
 GROUP BY council_name
HAVING count(*) > 1
 ORDER BY council_name
