-- The drawn rows as the portal would publish them: stored ones with another status and closing, and copies of the
-- newest, under numbers and on a day that are new.
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
           address, zipcode, latitude, longitude
      FROM (SELECT row_number() OVER (ORDER BY is_change, id) AS at, requests.*, last_day,
                   CASE WHEN is_change THEN '' ELSE '-' || %(night)s END AS ending,
                   CASE WHEN is_change THEN createddate
                        ELSE last_day + 1 + (createddate - date_trunc('day', createddate)) END AS created
              FROM drawn
              JOIN requests USING (id), (SELECT max(created_date)::date AS last_day FROM service_requests) AS days
           ) AS published
) TO STDOUT (FORMAT csv, HEADER)
