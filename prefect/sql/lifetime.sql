-- Retention of old data, and permanent erasure of requests. Tables are described in tables.sql.

-- name: prune_retired
DELETE FROM retired_requests WHERE retired_at < now() - make_interval(days => %(days)s)

-- name: prune_rejected
-- If a deleted row is still published, the next complete read of its dataset stores it again.
DELETE FROM rejected_requests WHERE rejected_at < now() - make_interval(days => %(days)s)

-- name: prune_log
DELETE FROM log WHERE created_time < now() AT TIME ZONE 'UTC' - make_interval(days => %(days)s)

-- name: remember_erased
INSERT INTO erased_requests (srnumber) SELECT unnest(%(numbers)s::text[]) ON CONFLICT DO NOTHING

-- name: forget_erased
DELETE FROM erased_requests WHERE srnumber = ANY(%(numbers)s)

-- name: touch_erased
INSERT INTO touched SELECT id FROM requests WHERE srnumber = ANY(%(numbers)s)

-- name: erase_from
DELETE FROM {table} WHERE srnumber = ANY(%(numbers)s)
