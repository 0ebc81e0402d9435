-- A full load fills new tables next to the live ones, which take over their names at the end.

-- name: is_empty
SELECT NOT EXISTS (SELECT FROM requests) AS is_empty

-- name: statement_timeout
SELECT current_setting('statement_timeout') AS setting

-- name: keep_others
-- Copies the rows of datasets that this run did not read, or read only in part, into the new tables unchanged. The
-- same applies to rows that are still published but now rejected, matched by number or, if the number is missing, by
-- row id: they keep their last valid state.
INSERT INTO {rows} ({stored}, is_own)
SELECT {stored_stored}, coalesce(datasets.days @> stored.createddate::date, true)
  FROM requests AS stored
  LEFT JOIN datasets USING (dataset_id)
 WHERE stored.dataset_id <> ALL(%(read)s)
    OR NOT EXISTS (SELECT FROM {rows} AS staged WHERE staged.srnumber = stored.srnumber)
   AND (stored.dataset_id <> ALL(%(whole)s)
        OR EXISTS (SELECT FROM rejected WHERE rejected.srnumber = stored.srnumber)
        OR EXISTS (SELECT FROM rejected
                    WHERE coalesce(rejected.srnumber, '') = '' AND rejected.dataset_id = stored.dataset_id
                      AND rejected.source_row_id = stored.source_row_id))

-- name: create_new
CREATE TABLE {new} (LIKE {live} INCLUDING ALL EXCLUDING INDEXES)

-- name: storage
-- Storage parameters of a table as text; LIKE does not copy them.
SELECT array_to_string(reloptions, ', ') AS settings
  FROM pg_class
 WHERE oid = %(table)s::regclass AND reloptions IS NOT NULL

-- name: continue_ids
-- New ids continue after the last id that was ever assigned.
SELECT setval(pg_get_serial_sequence('requests_new', 'id'), nextval(pg_get_serial_sequence('requests', 'id')), false)

-- name: fill_requests
-- Numbers of stored and retired requests keep their ids.
INSERT INTO requests_new (id, {stored})
SELECT coalesce(stored.id, retired.id, nextval(pg_get_serial_sequence('requests_new', 'id'))), {staged_stored}
  FROM staged
  LEFT JOIN requests AS stored USING (srnumber)
  LEFT JOIN (SELECT DISTINCT ON (srnumber) srnumber, id FROM retired_requests ORDER BY srnumber, retired_at DESC)
       AS retired USING (srnumber)

-- name: fill_served
INSERT INTO service_requests_new ({served}) SELECT {served} FROM served

-- name: retire_absent
INSERT INTO retired_requests (id, {stored}, loaded_at, retired_at, retired_reason)
SELECT id, {stored}, loaded_at, now(), %(reason)s
  FROM requests
 WHERE NOT EXISTS (SELECT FROM staged WHERE staged.srnumber = requests.srnumber)

-- name: grants
SELECT rolname AS role, privilege_type AS privilege
  FROM pg_class, aclexplode(relacl) AS granted
  JOIN pg_roles ON pg_roles.oid = granted.grantee
 WHERE pg_class.oid = %(table)s::regclass AND granted.grantee <> relowner

-- name: indexes
-- Every index of a table: its name, the part of its definition after the table name, and the constraint that it
-- backs.
SELECT index.relname AS name,
       indisunique AS is_unique,
       substring(pg_get_indexdef(index.oid) FROM ' USING .*$') AS definition,
       CASE contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END AS constraint_kind
  FROM pg_index
  JOIN pg_class AS index ON index.oid = indexrelid
  LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
 WHERE indrelid = %(table)s::regclass
 ORDER BY index.relname
