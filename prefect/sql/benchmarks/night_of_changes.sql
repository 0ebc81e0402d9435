-- As many stored rows with another status and closing, and copies of others under numbers that are new.
COPY (
    WITH bounds AS (SELECT min(id) AS first, max(id) AS last FROM requests),
    drawn AS (
        SELECT at, (first + floor(random() * (last - first + 1)))::bigint AS id
          FROM bounds, generate_series(1, %(changed)s + %(added)s) AS at
    )
    SELECT CASE WHEN at <= %(changed)s THEN source_row_id ELSE source_row_id || '-' || %(night)s || '-' || at END
               AS source_row_id,
           to_char(timestamptz '2026-11-23 00:00Z' + %(night)s * interval '1 hour' + at * interval '1 millisecond',
                   'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS source_updated_at,
           CASE WHEN at <= %(changed)s THEN srnumber ELSE srnumber || '-' || %(night)s || '-' || at END AS srnumber,
           requesttype, 'Closed' AS status, actiontaken,
           to_char(createddate, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS createddate,
           to_char(updateddate, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS updateddate,
           to_char(servicedate, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS servicedate,
           to_char(createddate + at %% 40 * interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS closeddate,
           requestsource, anonymous, mobileos, owner, nc, ncname, policeprecinct, apc, assignto, cd, cdmember,
           address, zipcode, latitude, longitude
      FROM drawn
      JOIN requests USING (id)
) TO STDOUT (FORMAT csv, HEADER)
