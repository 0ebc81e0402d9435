-- Benchmark statements: changes that resemble those of a real city, and the same changes as bare SQL.

-- name: draw_changes
-- Draws the stored rows that change in this run, and the newest stored rows, of which the added rows are copies. The
-- time between a row's creation and its change follows a sample of real data: a quarter of the last updates came
-- within 0.8 days, half within 2.1, and 99 in 100 within 131. A day is represented by the number of rows that a run
-- adds. If `is_spread` is true, every age is equally likely.
CREATE TEMP TABLE drawn ON COMMIT DROP AS
WITH bounds AS (SELECT min(id) AS oldest, max(id) AS newest FROM requests),
ages (share, days) AS (
    VALUES (0, 0.0), (0.25, 0.8), (0.5, 2.1), (0.75, 5.1), (0.9, 11.8), (0.95, 32.9), (0.98, 97.0), (0.99, 131.0),
           (1, 180.0)
),
spans AS (
    SELECT share, days, lead(share) OVER (ORDER BY share) AS next_share, lead(days) OVER (ORDER BY share) AS next_days
      FROM ages
),
-- Draws twice as many as needed, because some rows are drawn more than once.
draws AS MATERIALIZED (SELECT random() AS share FROM generate_series(1, 2 * %(changed)s)),
aged AS (
    SELECT days + (next_days - days) * (draws.share - spans.share) / (next_share - spans.share) AS days, draws.share
      FROM draws JOIN spans ON draws.share >= spans.share AND draws.share < next_share
),
chosen AS (
    SELECT newest - floor(CASE WHEN %(is_spread)s THEN (newest - oldest) * share
                               ELSE least(newest - oldest, days * %(added)s) END)::bigint AS id
      FROM aged, bounds
)
SELECT id, true AS is_change FROM (SELECT id FROM chosen GROUP BY id ORDER BY random() LIMIT %(changed)s) AS chosen_once
UNION ALL
SELECT id, false FROM (SELECT id FROM requests ORDER BY id DESC LIMIT %(added)s) AS newest_rows

-- name: usual_day
SELECT count(*) / 56.0 AS requests
  FROM service_requests, (SELECT max(created_date) AS newest FROM service_requests) AS last
 WHERE created_date > newest - interval '56 days' AND NOT is_information

-- name: page_of_changes
-- The drawn rows as the portal would publish them: stored rows with a new status and closed date, and copies of the
-- newest rows with new numbers and dates.
COPY (
    SELECT source_row_id || ending AS source_row_id,
           to_char(last_day + interval '25 hours' + at * interval '1 millisecond', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
               AS source_updated_at,
           srnumber || ending AS srnumber,
           requesttype, 'Closed' AS status, actiontaken,
           to_char(created, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS createddate,
           to_char(updateddate, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS updateddate,
           to_char(servicedate, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS servicedate,
           to_char(created + at %% 40 * interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS closeddate,
           requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
           address, zipcode, latitude, longitude, outcome, reason, area, detail,
           to_char(duedate, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS duedate, parent, ownername
      FROM (SELECT row_number() OVER (ORDER BY is_change, id) AS at, requests.*, last_day,
                   CASE WHEN is_change THEN '' ELSE '-' || %(number)s END AS ending,
                   CASE WHEN is_change THEN createddate
                        ELSE last_day + 1 + (id %% %(days)s)::integer + (createddate - date_trunc('day', createddate))
                   END AS created
              FROM drawn
              JOIN requests USING (id), (SELECT max(created_date)::date AS last_day FROM service_requests) AS days
           ) AS published
) TO STDOUT (FORMAT csv, HEADER)

-- name: update_raw
UPDATE requests SET status = 'Closed', closeddate = createddate + interval '3 days'
  FROM drawn WHERE is_change AND requests.id = drawn.id

-- name: update_served
UPDATE service_requests SET status = 'Closed', closed_date = created_date + interval '3 days', is_open = false
  FROM drawn WHERE is_change AND request_id = drawn.id

-- name: insert_raw
INSERT INTO requests (id, srnumber, requesttype, status, createddate, updateddate, closeddate, requestsource, owner,
                      nc, ncname, address, latitude, longitude, dataset_id, source_row_id, source_updated_at)
SELECT -id, srnumber || '-copy', requesttype, status, createddate, updateddate, closeddate, requestsource, owner,
       nc, ncname, address, latitude, longitude, dataset_id, source_row_id || '-copy', source_updated_at
  FROM requests JOIN drawn USING (id) WHERE NOT is_change

-- name: insert_served
INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id,
                              council_id, region_id, address, latitude, longitude, status, geom, is_open, is_information)
SELECT -request_id, srnumber || '-copy', created_date, closed_date, type_id, agency_id, source_id,
       council_id, region_id, address, latitude, longitude, status, geom, is_open, is_information
  FROM service_requests JOIN drawn ON request_id = drawn.id WHERE NOT is_change

