-- The history of requests: each run appends its changes to the served rows to the table `changes`, whose rows are
-- only ever deleted by retention and erasure. Tables are described in tables.sql.

-- name: has_begun
SELECT EXISTS (SELECT FROM changes) AS has_begun

-- name: append
-- Appends one row for each request whose served values have changed. `before` and `after` are the old and new served
-- rows, or the subset of them that may differ. The run lock serializes runs, and all rows of a run become visible at
-- once, so sequence numbers that continue from the last one follow the commit order. The last number is stored
-- separately because any of the changes may be deleted.
-- OFFSET 0 keeps the planner from evaluating kinds and images again at every reference.
INSERT INTO changes (sequence, generation, changed_at, request_id, srnumber, kind, also, cause,
                     type_id, council_id, city_id, latitude, longitude,
                     type_id_before, council_id_before, city_id_before, latitude_before, longitude_before,
                     before, after)
SELECT (SELECT last_change FROM data_generation) + row_number() OVER (ORDER BY request_id),
       (SELECT generation + 1 FROM data_generation), now(), request_id, srnumber,
       coalesce(kinds[1], 'updated'), nullif(kinds[2:], '{{}}'),
       CASE WHEN is_replaced AND NOT {published} THEN 'rules' ELSE 'published' END,
       type_id, council_id, city_id, latitude, longitude,
       CASE WHEN is_replaced THEN nullif(type_id_before, type_id) END,
       CASE WHEN is_replaced THEN nullif(council_id_before, council_id) END,
       CASE WHEN is_replaced THEN nullif(city_id_before, city_id) END,
       CASE WHEN is_replaced THEN nullif(latitude_before, latitude) END,
       CASE WHEN is_replaced THEN nullif(longitude_before, longitude) END,
       was, becomes
  FROM (SELECT request_id,
               before.request_id IS NOT NULL AND after.request_id IS NOT NULL AS is_replaced,
               coalesce(after.srnumber, before.srnumber) AS srnumber,
               array_remove(ARRAY[
                   CASE WHEN after.request_id IS NULL THEN 'gone'
                        WHEN before.request_id IS NOT NULL THEN NULL
                        WHEN EXISTS (SELECT FROM retired_requests AS retired
                                      WHERE retired.srnumber = after.srnumber) THEN 'returned'
                        ELSE 'created' END,
                   CASE WHEN NOT before.is_open AND after.is_open THEN 'reopened' END,
                   CASE WHEN coalesce(before.is_open, true) AND NOT after.is_open THEN 'closed' END,
                   CASE WHEN before.type_id <> after.type_id THEN 'retyped' END,
                   CASE WHEN before.request_id IS NOT NULL AND after.request_id IS NOT NULL
                         AND (before.council_id, before.city_id, before.latitude, before.longitude)
                             IS DISTINCT FROM (after.council_id, after.city_id, after.latitude, after.longitude)
                        THEN 'moved' END,
                   CASE WHEN before.agency_id <> after.agency_id THEN 'reassigned' END
               ], NULL) AS kinds,
               coalesce(after.type_id, before.type_id) AS type_id,
               coalesce(after.council_id, before.council_id) AS council_id,
               CASE WHEN after.request_id IS NULL THEN before.city_id ELSE after.city_id END AS city_id,
               CASE WHEN after.request_id IS NULL THEN before.latitude ELSE after.latitude END AS latitude,
               CASE WHEN after.request_id IS NULL THEN before.longitude ELSE after.longitude END AS longitude,
               before.type_id AS type_id_before,
               before.council_id AS council_id_before,
               before.city_id AS city_id_before,
               before.latitude AS latitude_before,
               before.longitude AS longitude_before,
               CASE WHEN before.request_id IS NULL THEN NULL
                    WHEN after.request_id IS NULL THEN (SELECT to_jsonb(image) FROM (SELECT {before_compared}) AS image)
                    ELSE ('{{' || concat_ws(',', {before_members}) || '}}')::jsonb END AS was,
               CASE WHEN after.request_id IS NULL THEN NULL
                    WHEN before.request_id IS NULL THEN (SELECT to_jsonb(image) FROM (SELECT {after_compared}) AS image)
                    ELSE ('{{' || concat_ws(',', {after_members}) || '}}')::jsonb END AS becomes
          FROM {before} AS before
          FULL JOIN {after} AS after USING (request_id)
         WHERE ({after_compared}) IS DISTINCT FROM ({before_compared})
        OFFSET 0) AS images

-- name: is_staged
-- Whether the run read published values for the request that differ from the stored ones.
EXISTS (SELECT FROM staged_changes WHERE staged_changes.request_id = images.request_id AND has_changed)

-- name: is_stored_differently
-- The same check for a full load, which also accepts a row that is older than the stored one.
EXISTS (SELECT FROM requests_new AS staged JOIN requests AS stored USING (id)
         WHERE id = images.request_id AND ({staged_raw}) IS DISTINCT FROM ({stored_raw}))

-- name: append_erasures
-- Records the deletion of erased requests for clients that keep a copy, without any of the erased data. Requests that
-- are no longer served are included: a client may not have read the change that deleted them, and that change is
-- erased along with the rest of their history.
INSERT INTO changes (sequence, generation, changed_at, request_id, kind, cause, before)
SELECT last_change + row_number() OVER (ORDER BY request_id), generation + 1, now(), request_id, 'gone', 'erased', '{{}}'
  FROM (SELECT request_id FROM service_requests WHERE srnumber = ANY(%(numbers)s)
         UNION SELECT request_id FROM changes WHERE srnumber = ANY(%(numbers)s)) AS known, data_generation

-- name: note_numbers
UPDATE data_generation SET last_change = last_change + %(count)s

-- name: forget
WITH forgotten AS (
    DELETE FROM changes WHERE changed_at < now() - make_interval(days => %(days)s) RETURNING sequence
)
UPDATE data_generation
   SET forgotten_change = greatest(forgotten_change, (SELECT max(sequence) FROM forgotten))
RETURNING (SELECT count(*) FROM forgotten) AS forgotten
