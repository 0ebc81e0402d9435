-- Merges staged rows into the live tables: reference data, changed requests, served rows, bookkeeping. Tables are
-- described in tables.sql.

-- name: upsert_city
-- Stores the city's declaration where every service can read it.
INSERT INTO city (city_key, city_name, time_zone, west, south, east, north,
                  meters_per_degree_longitude, meters_per_degree_latitude, words, columns, declaration_digest, portal)
VALUES (%(key)s, %(name)s, %(time_zone)s, %(west)s, %(south)s, %(east)s, %(north)s,
        %(meters_per_degree_longitude)s, %(meters_per_degree_latitude)s, %(words)s, %(columns)s,
        %(digest)s, %(portal)s)
ON CONFLICT (only_row) DO UPDATE
   SET (city_key, city_name, time_zone, west, south, east, north,
        meters_per_degree_longitude, meters_per_degree_latitude, words, columns, declaration_digest, portal)
     = (excluded.city_key, excluded.city_name, excluded.time_zone, excluded.west, excluded.south, excluded.east,
        excluded.north, excluded.meters_per_degree_longitude, excluded.meters_per_degree_latitude, excluded.words,
        excluded.columns, excluded.declaration_digest, excluded.portal)

-- name: other_city
-- The city that the database holds if it is a different one, and the number of its stored and retired requests.
SELECT city_name AS name, (SELECT count(*) FROM requests) + (SELECT count(*) FROM retired_requests) AS requests
  FROM city WHERE city_key <> %(key)s

-- name: other_portal
-- The portal whose rows the database holds if it is a different one, and the number of its stored requests.
SELECT portal, (SELECT count(*) FROM requests) AS requests FROM city WHERE portal <> %(portal)s

-- name: forget_city
-- Deletes the reference data of a city that has no requests in the database.
WITH polygons AS (DELETE FROM geometries),
     regions_gone AS (DELETE FROM regions),
     types AS (DELETE FROM request_types),
     groups AS (DELETE FROM type_groups WHERE group_id <> 0),
     agencies_gone AS (DELETE FROM agencies),
     sources_gone AS (DELETE FROM sources),
     marks AS (DELETE FROM dataset_watermarks)
DELETE FROM councils

-- name: moved_codes
-- Codes of a reference file that the database has under another id.
SELECT data_code AS code, pinned.{id} AS pinned_id, stored.{id} AS stored_id
  FROM jsonb_populate_recordset(NULL::{table}, %(rows)s) AS pinned
  JOIN {table} AS stored USING (data_code)
 WHERE pinned.{id} <> stored.{id}
 ORDER BY pinned.{id}

-- name: upsert_reference
INSERT INTO {table} AS stored ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %(rows)s)
ON CONFLICT ({id}) DO UPDATE SET {assignments}
 WHERE ({held}) IS DISTINCT FROM ({excluded})

-- name: add_defaults
-- Adds the entries that every city needs: a council for requests without an area, and a single region if the city
-- declares none.
WITH middle AS (SELECT city_name, (south + north) / 2 AS latitude, (west + east) / 2 AS longitude FROM city),
whole AS (
    INSERT INTO regions (region_id, region_name, latitude, longitude)
    SELECT 1, city_name, latitude, longitude FROM middle WHERE %(has_one_region)s
    ON CONFLICT (region_id) DO NOTHING
)
INSERT INTO councils (council_id, council_name, data_code, region_id, latitude, longitude)
SELECT 0, %(no_area)s, '', 0, 0, 0
ON CONFLICT (council_id) DO NOTHING

-- name: known_declaration
SELECT declaration_digest AS digest FROM city

-- name: add_dataset
INSERT INTO datasets (dataset_id, days, ended_statuses, open_statuses, duplicate_statuses, duplicate_outcome)
VALUES (%(dataset_id)s, %(days)s::datemultirange, %(ended_statuses)s, %(open_statuses)s, %(duplicate_statuses)s,
        %(duplicate_outcome)s)

-- name: add_alias
INSERT INTO aliases (field, published, code) VALUES (%(field)s, %(published)s, %(code)s)

-- name: add_pattern
INSERT INTO patterns (field, place, match, code) VALUES (%(field)s, %(place)s, %(match)s, %(code)s)

-- name: upsert_group
-- Group 0 is for types that no declared group lists.
INSERT INTO type_groups AS stored (group_id, group_name, color) VALUES (%(id)s, %(name)s, %(color)s)
ON CONFLICT (group_id) DO UPDATE SET group_name = excluded.group_name, color = excluded.color
 WHERE (stored.group_name, stored.color) <> (excluded.group_name, excluded.color)

-- name: delete_other_groups
-- A renamed group is deleted too and inserted again, because two groups may swap their names.
DELETE FROM type_groups
 WHERE group_id <> 0
   AND (group_id, group_name) NOT IN (SELECT * FROM unnest(%(ids)s::integer[], %(names)s::text[]))

-- name: set_type_flags
-- Sets the groups and the information flags of types by their codes in the declaration; types without a declared
-- group are in group 0.
UPDATE request_types AS types
   SET group_id = declared.group_id, is_information = declared.is_information
  FROM (SELECT type_id, coalesce(listed.group_id, 0) AS group_id,
               data_code = ANY(%(information_types)s) AS is_information
          FROM request_types
          LEFT JOIN unnest(%(codes)s::text[], %(group_ids)s::integer[]) AS listed (code, group_id)
               ON listed.code = data_code) AS declared
 WHERE declared.type_id = types.type_id
   AND (declared.group_id, declared.is_information) IS DISTINCT FROM (types.group_id, types.is_information)

-- name: add_meanings
-- Maps each published value of the coded columns to a code: that of its alias, otherwise that of the first matching
-- pattern, otherwise the value itself.
INSERT INTO meanings (field, published, code, name)
SELECT field, published,
       coalesce((SELECT code FROM aliases WHERE aliases.field = seen.field AND aliases.published = seen.published),
                (SELECT CASE WHEN strpos(code, '\') > 0 THEN regexp_replace(seen.published, match, code) ELSE code END
                   FROM patterns WHERE patterns.field = seen.field AND seen.published ~ match
                  ORDER BY place LIMIT 1),
                published),
       name
  FROM (SELECT field, coalesce(btrim(value), '') AS published,
               mode() WITHIN GROUP (ORDER BY nullif(btrim(named), '')) AS name
          FROM (SELECT DISTINCT requesttype, owner, requestsource, coalesce(area, nc::text) AS area, ownername
                  FROM {source} AS r) AS combined,
               LATERAL (VALUES ('requesttype', requesttype, NULL), ('owner', owner, ownername),
                               ('requestsource', requestsource, NULL), ('area', area, NULL))
               AS coded (field, value, named)
         GROUP BY 1, 2) AS seen

-- name: touched_requests
SELECT requests.* FROM requests JOIN touched ON request_id = id

-- name: pass_pinned_ids
-- Moves the identity sequence to the largest id, so that no unknown code gets a pinned id. The numbers in between are
-- drawn, because the loader lacks the privilege that setval needs.
SELECT count(nextval(sequence))
  FROM (SELECT pg_get_serial_sequence(%(table)s, %(id)s)::regclass AS sequence) AS own
  JOIN pg_sequence ON seqrelid = sequence,
       generate_series(coalesce(pg_sequence_last_value(sequence), seqstart - 1) + 1, (SELECT max({id}) FROM {table}))

-- name: add_codes
-- Adds unknown codes as unreviewed entries, so that requests with these codes are kept.
INSERT INTO {table} ({name}, data_code)
SELECT CASE WHEN codes.code = '' THEN 'Not stated' ELSE coalesce(codes.name, codes.code) END, codes.code
  FROM (SELECT code, min(name) AS name FROM meanings WHERE field = %(field)s GROUP BY code) AS codes
 WHERE NOT EXISTS (SELECT FROM {table} AS known WHERE known.data_code = codes.code)
 ORDER BY codes.code
RETURNING data_code

-- name: add_areas
-- Adds the areas of a city without polygons: one for each code in its rows, placed at the average coordinates of its
-- requests.
INSERT INTO councils (council_id, council_name, data_code, region_id, latitude, longitude)
SELECT (SELECT max(council_id) FROM councils) + row_number() OVER (ORDER BY length(code), code), code, code, 1,
       coalesce(avg(latitude) FILTER (WHERE latitude BETWEEN south AND north), (min(south) + min(north)) / 2),
       coalesce(avg(longitude) FILTER (WHERE longitude BETWEEN west AND east), (min(west) + min(east)) / 2)
  FROM {source} AS r
  JOIN meanings ON field = 'area' AND published = coalesce(btrim(coalesce(area, nc::text)), '')
 CROSS JOIN city
 WHERE code <> '' AND NOT EXISTS (SELECT FROM councils WHERE data_code = code)
 GROUP BY code
RETURNING data_code

-- name: set_area_names
UPDATE councils SET council_name = declared.name
  FROM unnest(%(codes)s::text[], %(names)s::text[]) AS declared (code, name)
 WHERE data_code = declared.code AND council_name <> declared.name

-- name: set_meaning_ids
UPDATE meanings SET id = known.{id} FROM {table} AS known WHERE field = %(field)s AND known.data_code = code

-- name: set_reviewed
-- Marks the codes that the city declares as reviewed, and sets their declared names.
UPDATE {table} AS known SET is_reviewed = true, {name} = coalesce(declared.name, known.{name})
  FROM unnest(%(codes)s::text[], %(names)s::text[]) AS declared (code, name)
 WHERE known.data_code = declared.code
   AND (NOT known.is_reviewed OR known.{name} <> coalesce(declared.name, known.{name}))

-- name: keep_newest
-- Keeps one of the rows that share a number: the one from the dataset to which its day is assigned, then the newest
-- by (update time, row id), then the last one read.
WITH repeated AS (
    SELECT srnumber FROM staged GROUP BY srnumber HAVING count(*) > 1
),
ranked AS (
    SELECT staged_id,
           row_number() OVER (
               PARTITION BY srnumber
               ORDER BY is_own DESC, source_updated_at DESC, source_row_id COLLATE "C" DESC, staged_id DESC
           ) AS place
      FROM staged
      JOIN repeated USING (srnumber)
)
DELETE FROM {rows} AS staged USING ranked WHERE ranked.staged_id = staged.staged_id AND ranked.place > 1

-- name: leave_to_own_dataset
-- Drops a staged row whose day is assigned to another dataset in favor of the stored row of that dataset. Datasets
-- that were read completely are excluded: if they still published the stored row, it would be staged too.
DELETE FROM {rows} AS staged
 USING requests AS stored
  LEFT JOIN datasets ON datasets.dataset_id = stored.dataset_id
 WHERE NOT staged.is_own
   AND stored.srnumber = staged.srnumber
   AND stored.dataset_id <> staged.dataset_id
   AND stored.dataset_id <> ALL(%(complete)s)
   AND coalesce(datasets.days @> stored.createddate::date, true)

-- name: keep_column
-- Preserves the stored values of a column that the portal no longer publishes.
UPDATE {rows} AS staged SET {column} = requests.{column}
  FROM requests
 WHERE requests.srnumber = staged.srnumber AND staged.dataset_id = %(dataset_id)s

-- name: keep_members
-- Preserves the stored values of columns that keep their own names and that the portal no longer publishes.
UPDATE {rows} AS staged SET kept = coalesce(staged.kept, '{{}}') || lost.members
  FROM requests
 CROSS JOIN LATERAL (SELECT jsonb_object_agg(key, value) AS members
                       FROM jsonb_each(requests.kept) WHERE key = ANY(%(lost)s)) AS lost
 WHERE requests.srnumber = staged.srnumber AND staged.dataset_id = %(dataset_id)s AND lost.members IS NOT NULL

-- name: find_changes
-- Finds staged rows that differ from the stored ones. A staged row replaces a newer stored row in two cases only: the
-- portal no longer publishes the stored row (only a run that has read the whole dataset can tell), or the day of the
-- stored row is assigned to another dataset and the staged row is from the dataset to which its own day is assigned.
-- If a dataset was republished with the same values but new row ids and update times, its rows are not rewritten:
-- every competing row was read, so the stored order is still valid.
INSERT INTO staged_changes (staged_id, dataset_id, request_id, is_new, has_changed)
SELECT staged_id, dataset_id, request_id, is_new, has_changed
  FROM (SELECT staged.staged_id,
               staged.dataset_id,
               stored.id AS request_id,
               stored.id IS NULL AS is_new,
               ({staged_raw}) IS DISTINCT FROM ({stored_raw}) AS has_changed,
               staged.dataset_id IS DISTINCT FROM stored.dataset_id
               OR (staged.source_row_id, staged.source_updated_at)
                  IS DISTINCT FROM (stored.source_row_id, stored.source_updated_at)
                  AND staged.dataset_id <> ALL(%(whole)s) AS has_moved
          FROM staged
          LEFT JOIN requests AS stored USING (srnumber)
          LEFT JOIN datasets ON datasets.dataset_id = stored.dataset_id
          LEFT JOIN (SELECT dataset_id, source_row_id FROM staged WHERE dataset_id = ANY(%(complete)s)
                     UNION
                     SELECT dataset_id, source_row_id FROM rejected WHERE dataset_id = ANY(%(complete)s)) AS published
               ON published.dataset_id = stored.dataset_id AND published.source_row_id = stored.source_row_id
         WHERE stored.id IS NULL
            OR (staged.source_updated_at, staged.source_row_id COLLATE "C")
               >= (stored.source_updated_at, stored.source_row_id COLLATE "C")
            OR stored.dataset_id = ANY(%(complete)s) AND published.dataset_id IS NULL
            OR staged.is_own AND staged.dataset_id <> stored.dataset_id
               AND NOT coalesce(datasets.days @> stored.createddate::date, true)) AS compared
 WHERE is_new OR has_changed OR has_moved

-- name: count_changes
SELECT coalesce(staged_changes.dataset_id, staged.dataset_id) AS dataset_id,
       count(*) FILTER (WHERE is_new) AS inserted,
       count(*) FILTER (WHERE NOT is_new AND has_changed) AS updated,
       count(*) FILTER (WHERE is_new IS NULL OR NOT is_new AND NOT has_changed) AS unchanged
  FROM staged
  LEFT JOIN staged_changes USING (staged_id)
 GROUP BY 1

-- name: update_requests
UPDATE requests AS stored
   SET {stored_assignments}, loaded_at = now()
  FROM staged_changes
  JOIN staged USING (staged_id)
 WHERE stored.id = staged_changes.request_id

-- name: insert_requests
-- A number that reappears after it was retired gets its old id back.
INSERT INTO requests (id, {stored})
SELECT coalesce((SELECT retired.id FROM retired_requests AS retired
                  WHERE retired.srnumber = staged.srnumber ORDER BY retired_at DESC LIMIT 1),
                nextval(pg_get_serial_sequence('requests', 'id'))),
       {staged_stored}
  FROM staged_changes
  JOIN staged USING (staged_id)
 WHERE is_new
 ORDER BY staged_id

-- name: touch_changed
INSERT INTO touched
SELECT request_id FROM staged_changes WHERE has_changed AND NOT is_new
UNION ALL
SELECT requests.id FROM staged_changes JOIN staged USING (staged_id) JOIN requests USING (srnumber) WHERE is_new

-- name: touch_misplaced
-- After a boundary change: requests that would now be served under a different council or region.
INSERT INTO touched
SELECT placed.request_id
  FROM served AS placed
  JOIN service_requests AS now_served USING (request_id)
 WHERE placed.council_id <> now_served.council_id OR placed.region_id <> now_served.region_id
ON CONFLICT DO NOTHING

-- name: find_retired
-- Finds stored rows of completely read datasets that the portal no longer publishes. Rows are compared by number
-- because row ids change when a dataset is republished. A request whose row is now rejected keeps its last valid
-- state; a rejected row without a number is matched by its row id.
INSERT INTO retired (request_id)
SELECT stored.id
  FROM requests AS stored
 WHERE stored.dataset_id = ANY(%(dataset_ids)s)
   AND NOT EXISTS (SELECT FROM staged WHERE staged.srnumber = stored.srnumber)
   AND NOT EXISTS (SELECT FROM rejected WHERE rejected.srnumber = stored.srnumber)
   AND NOT EXISTS (SELECT FROM rejected
                    WHERE coalesce(rejected.srnumber, '') = '' AND rejected.dataset_id = stored.dataset_id
                      AND rejected.source_row_id = stored.source_row_id)

-- name: touch_retired
INSERT INTO touched SELECT request_id FROM retired ON CONFLICT DO NOTHING

-- name: retire
WITH gone AS (
    DELETE FROM requests USING retired WHERE requests.id = retired.request_id RETURNING requests.*
)
INSERT INTO retired_requests (id, {stored}, loaded_at, retired_at, retired_reason)
SELECT id, {stored}, loaded_at, now(), %(reason)s FROM gone

-- name: served_view
-- Defines how a stored row is served, in one place for incremental and full loads.
-- Coordinates outside the city's bounds are treated as typing errors: the request is counted but has no location.
-- The council is the published one. If that is blank or retired (without a polygon, although polygons exist), the
-- council is looked up by location; 0 means no council.
-- A request is open if it has no closed date and no status that the city declares as final. A closed date is ignored
-- if the city declares the status as open.
CREATE OR REPLACE TEMP VIEW served AS
SELECT r.id AS request_id,
       {plain},
       type.id AS type_id,
       CASE WHEN state.is_reopened THEN NULL ELSE r.closeddate END AS closed_date,
       agency.id AS agency_id,
       source.id AS source_id,
       home.council_id,
       home.region_id,
       CASE WHEN place.is_in_city THEN r.latitude END AS latitude,
       CASE WHEN place.is_in_city THEN r.longitude END AS longitude,
       CASE WHEN r.cd BETWEEN 1 AND 32767 THEN r.cd::smallint END AS city_id,
       state.is_reopened
       OR r.closeddate IS NULL AND NOT coalesce(btrim(r.status) = ANY(datasets.ended_statuses), false) AS is_open,
       types.is_information,
       coalesce(btrim(r.status) = ANY(datasets.duplicate_statuses), false)
       OR coalesce(r.outcome ~ datasets.duplicate_outcome, false)
       OR coalesce(btrim(r.parent) <> '', false) AS is_duplicate,
       CASE WHEN place.is_in_city
            THEN ST_SetSRID(ST_MakePoint(r.longitude, r.latitude), 4326)::geometry(Point, 4326) END AS geom
  FROM {requests} AS r
 CROSS JOIN LATERAL (
      SELECT coalesce(r.latitude BETWEEN {south} AND {north} AND r.longitude BETWEEN {west} AND {east}, false)
             AS is_in_city
  ) AS place
  LEFT JOIN datasets USING (dataset_id)
 CROSS JOIN LATERAL (
      SELECT coalesce(r.closeddate IS NOT NULL AND btrim(r.status) = ANY(datasets.open_statuses), false) AS is_reopened
  ) AS state
  LEFT JOIN meanings AS type ON type.field = 'requesttype' AND type.published = coalesce(btrim(r.requesttype), '')
  LEFT JOIN meanings AS agency ON agency.field = 'owner' AND agency.published = coalesce(btrim(r.owner), '')
  LEFT JOIN meanings AS source
       ON source.field = 'requestsource' AND source.published = coalesce(btrim(r.requestsource), '')
  LEFT JOIN request_types AS types ON types.type_id = type.id
  LEFT JOIN meanings AS area ON area.field = 'area' AND area.published = coalesce(btrim(coalesce(r.area, r.nc::text)), '')
  LEFT JOIN councils AS published ON published.council_id = area.id AND published.council_id <> 0
       AND (EXISTS (SELECT FROM geometries AS own WHERE own.council_id = published.council_id)
            OR NOT EXISTS (SELECT FROM geometries))
  LEFT JOIN councils AS home
       ON home.council_id = coalesce(published.council_id,
                                     CASE WHEN place.is_in_city THEN council_at(r.longitude, r.latitude) END, 0)

-- name: remember_before
INSERT INTO before ({served}) SELECT {served} FROM service_requests JOIN touched USING (request_id)

-- name: compute_after
INSERT INTO after ({served}) SELECT {served} FROM served JOIN touched USING (request_id)

-- name: delete_served
DELETE FROM service_requests
 USING before
 WHERE service_requests.request_id = before.request_id
   AND NOT EXISTS (SELECT FROM after WHERE after.request_id = before.request_id)

-- name: update_served
UPDATE service_requests AS served
   SET {served_assignments}
  FROM after
  JOIN before USING (request_id)
 WHERE served.request_id = after.request_id
   AND ({after_compared}) IS DISTINCT FROM ({before_compared})

-- name: insert_served
INSERT INTO service_requests ({served})
SELECT {served}
  FROM after
 WHERE NOT EXISTS (SELECT FROM before WHERE before.request_id = after.request_id)
 ORDER BY request_id

-- name: count_rejected
SELECT dataset_id, reason, count(DISTINCT source_row_id) AS rows,
       (array_agg(srnumber ORDER BY srnumber))[1:3] AS examples
  FROM rejected
 GROUP BY dataset_id, reason
 ORDER BY dataset_id, rows DESC, reason

-- name: forget_corrected
-- Deletes the reasons that no longer apply: the city has corrected the row or, in a dataset that was read whole, removed
-- it. Their rows were read again by this run.
DELETE FROM rejected_requests AS kept
 WHERE NOT EXISTS (SELECT FROM rejected
                    WHERE rejected.dataset_id = kept.dataset_id AND rejected.source_row_id = kept.source_row_id
                      AND rejected.reason = kept.reason)
   AND (dataset_id = ANY(%(whole)s)
        OR (dataset_id, source_row_id) IN (SELECT dataset_id, source_row_id FROM staged
                                            WHERE dataset_id = ANY(%(read)s) AND dataset_id <> ALL(%(whole)s)
                                           UNION ALL
                                           SELECT dataset_id, source_row_id FROM rejected))

-- name: keep_rejected
-- A row keeps the first merged run that has rejected it, because stage/count_new must not count it as new again; until
-- then, the last failed one.
INSERT INTO rejected_requests AS kept (load_run_id, dataset_id, source_row_id, srnumber, reason, raw)
SELECT DISTINCT ON (dataset_id, source_row_id, reason) %(load_run_id)s, dataset_id, source_row_id, srnumber, reason, raw
  FROM rejected
ON CONFLICT (dataset_id, source_row_id, reason) DO UPDATE
   SET load_run_id = excluded.load_run_id
 WHERE kept.load_run_id NOT IN (SELECT load_run_id FROM load_runs WHERE status IN {merged_statuses})

-- name: add_new_rows
-- Adds the new rows of a reading that leaves out others to the number of rows known, at most to the portal's own count:
-- stored rows of a republished dataset seem new, because their row ids are from before.
UPDATE dataset_watermarks
   SET source_row_count = greatest(source_row_count, least(source_row_count + %(new)s, %(total)s))
 WHERE dataset_id = %(dataset_id)s

-- name: set_watermark
-- A watermark never moves backward.
INSERT INTO dataset_watermarks AS mark (dataset_id, source_updated_at, source_row_id, source_row_count, read_at)
VALUES (%(dataset_id)s, %(source_updated_at)s, %(source_row_id)s, %(source_row_count)s, now())
ON CONFLICT (dataset_id) DO UPDATE
   SET source_updated_at = greatest(mark.source_updated_at, excluded.source_updated_at),
       source_row_id = CASE WHEN excluded.source_updated_at >= mark.source_updated_at THEN excluded.source_row_id
                            ELSE mark.source_row_id END,
       source_row_count = excluded.source_row_count,
       read_at = excluded.read_at

-- name: known_titles
-- The datasets with a watermark, in the order in which they were last read, with the title of the last run.
SELECT dataset_id,
       coalesce((SELECT title FROM run_datasets
                  WHERE run_datasets.dataset_id = mark.dataset_id ORDER BY load_run_id DESC LIMIT 1), '') AS title
  FROM dataset_watermarks AS mark
 ORDER BY read_at, dataset_id

-- name: record_days
INSERT INTO changed_days (day, changed_at)
SELECT created_date::date, now() FROM before
 UNION
SELECT created_date::date, now() FROM after
ON CONFLICT (day) DO UPDATE SET changed_at = excluded.changed_at

-- name: record_moved_days
-- The same for rows whose values are those stored, but which another dataset publishes now.
INSERT INTO changed_days (day, changed_at)
SELECT DISTINCT createddate::date, now() FROM staged_changes JOIN staged USING (staged_id) WHERE NOT has_changed
ON CONFLICT (day) DO UPDATE SET changed_at = excluded.changed_at

-- name: next_generation
-- Unless all changes of this generation, and of those before it, were recorded by day, every day may have changed.
UPDATE data_generation
   SET generation = generation + 1,
       changed_at = now(),
       every_day_changed_at = CASE WHEN %(is_recorded)s AND recorded_generation = generation
                                   THEN every_day_changed_at ELSE now() END,
       recorded_generation = generation + 1
