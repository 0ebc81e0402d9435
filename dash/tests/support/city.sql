-- A small city, the same every time, dates relative to the city's today. Number n decides everything about a row.
-- Two agencies share a name, some rows lie outside every council, some have no location, some are calls for
-- information, some were closed on the same day or before they were created, some were cancelled without a closed
-- date, and some are of the current day. One council's boundary has a sliver far outside the city.
UPDATE city SET words = '{"area": "Neighborhood council", "areas": "Neighborhood councils", "population": "2020 census"}';

CREATE FUNCTION pg_temp.pick(n int, salt int, among int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN abs(hashint4(n * 31 + salt) % among);

INSERT INTO geometries (council_id, nc_id, geom, is_approximate)
SELECT council_id, data_code,
    ST_Multi(ST_MakeEnvelope(-118.6 + (council_id % 10) * 0.03, 33.8 + (council_id / 10) * 0.03,
        -118.575 + (council_id % 10) * 0.03, 33.825 + (council_id / 10) * 0.03, 4326)), true
FROM councils WHERE council_id > 0;

UPDATE geometries SET geom = ST_Multi(ST_Union(geom, ST_MakeEnvelope(-117.6571, 34.914, -117.657, 34.9141, 4326)))
WHERE council_id = 88;

INSERT INTO request_types (type_name, data_code, is_information) VALUES ('Information-Only', 'Information-Only', true);

INSERT INTO type_groups (group_id, group_name) VALUES (1, 'Item Pickups'), (2, 'Streetlights');

UPDATE request_types SET group_id = CASE WHEN type_id IN (4, 5, 7) THEN 1 ELSE 2 END WHERE type_id IN (4, 5, 7, 8, 9);

INSERT INTO requests (srnumber, requesttype, status, createddate, updateddate, closeddate, requestsource, owner, nc, cd,
    address, latitude, longitude, dataset_id, source_row_id, source_updated_at)
SELECT '1-' || n, CASE WHEN n % 11 = 0 THEN 'Information-Only' ELSE t.data_code END,
    CASE WHEN closed IS NOT NULL THEN 'Closed' WHEN n % 4 = 0 THEN 'Cancelled' ELSE 'Open' END, created, created, closed,
    s.data_code, a.data_code, nullif(c.data_code, '0')::integer,
    CASE WHEN n % 29 = 0 THEN NULL ELSE c.council_id % 15 + 1 END, CASE WHEN n = 77 THEN '=1+1' ELSE n || ' SPRING ST' END,
    CASE WHEN n % 53 = 0 THEN NULL ELSE 33.8 + (c.council_id / 10) * 0.03 + 0.01 END,
    CASE WHEN n % 53 = 0 THEN NULL ELSE -118.6 + (c.council_id % 10) * 0.03 + 0.01 END,
    'test-test', 'row-' || n, now()
FROM (
    SELECT n,
        (ARRAY[4,4,4,1,1,1,2,3,5,6,6,7,8,9,10,10,11,12])[1 + pg_temp.pick(n, 1, 18)] AS type_id,
        (ARRAY[2,2,3,4,4,1,7,8,9,6,5])[1 + pg_temp.pick(n, 2, 11)] AS agency_id,
        (ARRAY[8,8,8,7,7,18,17,2,3,9])[1 + pg_temp.pick(n, 3, 10)] AS source_id,
        CASE WHEN n % 37 = 0 THEN 0 WHEN n % 5 < 2 THEN 52 ELSE 1 + pg_temp.pick(n, 4, 99) END AS council_id,
        created,
        CASE pg_temp.pick(n, 6, 8)
            WHEN 0 THEN NULL
            WHEN 1 THEN created + interval '2 hours'
            WHEN 2 THEN created - interval '1 day'
            ELSE created + pg_temp.pick(n, 7, 40) * pg_temp.pick(n, 8, 4) * interval '1 day' + interval '5 hours'
        END AS closed
    FROM (
        SELECT n, today::timestamp
            - CASE WHEN n % 200 = 0 THEN 0 WHEN n % 3 = 0 THEN 1 + pg_temp.pick(n, 9, 1100) ELSE 1 + pg_temp.pick(n, 9, 45) END
                * interval '1 day'
            + pg_temp.pick(n, 10, 1440) * interval '1 minute' AS created
        FROM generate_series(1, 4000) n, (SELECT (now() AT TIME ZONE 'America/Los_Angeles')::date AS today) d
    ) timed
) made
JOIN request_types t ON t.type_id = made.type_id JOIN agencies a ON a.agency_id = made.agency_id
JOIN sources s ON s.source_id = made.source_id
JOIN councils c ON c.council_id = made.council_id ORDER BY n;

INSERT INTO service_requests (request_id, srnumber, created_date, closed_date, type_id, agency_id, source_id, council_id,
    region_id, city_id, address, latitude, longitude, status, geom, is_open, is_information)
SELECT r.id, r.srnumber, r.createddate, r.closeddate, t.type_id, a.agency_id, s.source_id, c.council_id, c.region_id,
    r.cd, r.address, r.latitude, r.longitude, r.status, ST_SetSRID(ST_MakePoint(r.longitude, r.latitude), 4326),
    r.closeddate IS NULL AND r.status <> 'Cancelled', t.is_information
FROM requests r
JOIN request_types t ON t.data_code = r.requesttype JOIN agencies a ON a.data_code = r.owner
JOIN sources s ON s.data_code = r.requestsource JOIN councils c ON c.data_code = coalesce(r.nc, 0)::text;

UPDATE requests SET address = (1 + n % 12) * 100 || ' N Main St' FROM (
    SELECT id AS numbered, split_part(srnumber, '-', 2)::integer AS n FROM requests
) numbers WHERE numbered = id AND n % 17 = 0;

UPDATE requests SET parent = '1-100', outcome = 'Duplicate' WHERE srnumber IN ('1-101', '1-102');

UPDATE service_requests SET address = r.address, outcome = r.outcome FROM requests r WHERE r.id = request_id;

INSERT INTO changes (sequence, generation, changed_at, request_id, srnumber, kind, also, cause, type_id, council_id, before, after)
SELECT 1000 + place, 2 + place, now() - (4 - place) * interval '1 day', request_id, srnumber, kind, also, 'published', type_id, council_id,
    before::jsonb, after::jsonb
FROM service_requests, (VALUES
    (1, 'closed', '{reassigned}'::text[],
        '{"status": "Open", "closed_date": null, "is_open": true, "agency_id": 1}',
        '{"status": "Closed", "closed_date": "2026-11-20T08:15:00", "is_open": false, "agency_id": 2}'),
    (2, 'reopened', NULL, '{"status": "Closed", "closed_date": "2026-11-20T08:15:00", "is_open": false}',
        '{"status": "Open", "closed_date": null, "is_open": true}')
) AS steps (place, kind, also, before, after) WHERE srnumber = '1-100';

INSERT INTO retired_requests (id, srnumber, requesttype, status, createddate, address, dataset_id, source_row_id, source_updated_at,
    loaded_at, retired_reason)
VALUES (999999, '1-9999', 'Graffiti Removal', 'Closed', '2026-01-05', '9 SPRING ST', 'test-test', 'row-9999', now(), now(),
    'no longer published');

INSERT INTO load_runs (started_at, finished_at, status, mode, generation, rows_read, rows_inserted, rows_updated,
    rows_unchanged, rows_rejected, message)
SELECT loaded - n * interval '1 day', loaded - n * interval '1 day' + interval '10 minutes',
    CASE WHEN n = 3 THEN 'failed' WHEN n = 5 THEN 'partial' ELSE 'succeeded' END, 'incremental', 20 - n, 400 + n,
    100 + n, 20 + n, 270, n, CASE WHEN n = 3 THEN 'The portal did not respond' ELSE 'Loaded' END
FROM generate_series(14, 0, -1) n, city, LATERAL (
    SELECT greatest(now() - interval '3 hours',
        date_trunc('day', now() AT TIME ZONE time_zone) AT TIME ZONE time_zone) AS loaded
) l;

INSERT INTO run_checks (load_run_id, place, check_name, status, value, limits, meaning)
SELECT load_run_id, 1, 'newest request', 'ok', '1 day', 'warn above 3 days, fail above 30', 'age of the newest request'
FROM load_runs WHERE status <> 'failed'
UNION ALL
SELECT load_run_id, 2, 'unreviewed types', 'warn', '7%', 'warn above 5%', 'requests in types without a review'
FROM load_runs WHERE status <> 'failed';

UPDATE load_runs SET details = '{"options": {"years": [], "datasets": ["test-test"], "since": ""}}'
WHERE load_run_id = (SELECT max(load_run_id) FROM load_runs);

INSERT INTO run_datasets (load_run_id, dataset_id, title, status, message, rows_published)
SELECT max(load_run_id) - n, 'test-test', 'Requests of the small city', 'read', '', 4000
FROM load_runs, generate_series(0, 1) n GROUP BY n
UNION ALL
SELECT max(load_run_id) - 1, 'gone-gone', 'Requests of another year', 'skipped', 'The portal responded with 404', NULL FROM load_runs
UNION ALL
SELECT min(load_run_id), 'past-past', 'A withdrawn dataset', 'skipped', 'The portal responded with 404', NULL FROM load_runs;

INSERT INTO rejected_requests (load_run_id, dataset_id, source_row_id, srnumber, reason, raw, rejected_at)
SELECT (SELECT max(load_run_id) FROM load_runs), 'test-test', 'bad-' || n, 'bad-' || n,
    (ARRAY['no created date', 'no number', 'no number'])[1 + n % 3], '{}',
    '2026-01-02 05:00+00'
FROM generate_series(1, 12) n;

INSERT INTO dataset_watermarks (dataset_id, source_updated_at, source_row_id, source_row_count)
VALUES ('test-test', now() - interval '4 hours', 'row-4000', 4000);

INSERT INTO log (status, message) VALUES ('INFO', 'Loaded 4,000 new'), ('WARN', 'Loaded with warnings');

INSERT INTO changes (sequence, generation, changed_at, request_id, srnumber, kind, also, cause, type_id, council_id,
    city_id, latitude, longitude, type_id_before, before, after)
SELECT row_number() OVER (ORDER BY at, request_id), 2, at, request_id, srnumber, kind,
    CASE WHEN kind = 'closed' AND n % 2 = 0 THEN ARRAY['reassigned'] WHEN kind = 'created' AND NOT is_open THEN ARRAY['closed'] END,
    CASE WHEN n % 11 = 0 THEN 'rules' ELSE 'published' END,
    type_id, council_id, city_id, latitude, longitude,
    CASE WHEN kind = 'retyped' THEN 1 END,
    CASE kind WHEN 'created' THEN NULL
        WHEN 'gone' THEN jsonb_build_object('status', status, 'is_open', is_open)
        WHEN 'closed' THEN '{"status": "Open", "closed_date": null, "is_open": true}'
        WHEN 'reopened' THEN '{"status": "Closed", "closed_date": "2026-01-02T10:00:00", "is_open": false}'
        WHEN 'retyped' THEN '{"type_id": 1}' ELSE '{"status": "Open"}' END,
    CASE kind WHEN 'created' THEN jsonb_build_object('status', status, 'is_open', is_open)
        WHEN 'gone' THEN NULL
        WHEN 'closed' THEN '{"status": "Closed", "closed_date": "2026-01-02T10:00:00", "is_open": false}'
        WHEN 'reopened' THEN '{"status": "Open", "closed_date": null, "is_open": true}'
        WHEN 'retyped' THEN jsonb_build_object('type_id', type_id) ELSE '{"status": "Looked at"}' END
FROM (
    SELECT *, row_number() OVER (ORDER BY request_id) AS n
    FROM service_requests WHERE NOT is_information ORDER BY request_id DESC LIMIT 600
) r, LATERAL (
    SELECT (ARRAY['created', 'closed', 'updated', 'reopened', 'gone', 'retyped', 'created'])[1 + n % 7] AS kind,
        (date_trunc('day', now() AT TIME ZONE time_zone) - (n % 30) * interval '1 day' + interval '1 hour')
            AT TIME ZONE time_zone AS at
    FROM city
) c
