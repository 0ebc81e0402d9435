-- Rollups as defined by the catalog in the database: no statement here names a rollup, a dimension or a measure.

-- name: limit_lock_wait
SELECT set_config('lock_timeout', %(limit)s, true)

-- name: lock
-- A migration that adds rollups fills them under a SHARE lock on service_requests. With this lock it waits for the end
-- of the transaction; otherwise, a rollup that is added after the catalog was read would lack the changes that follow.
-- ROW EXCLUSIVE would be enough for that, but CREATE INDEX CONCURRENTLY would wait for it while holding a lock that a
-- swap needs: the two would wait for each other. In this mode, the index waits before it holds anything.
LOCK TABLE service_requests IN SHARE UPDATE EXCLUSIVE MODE

-- name: catalog
SELECT rollup, dimensions, measures, population, rollup_order(dimensions) AS ordered FROM rollup_catalog ORDER BY place

-- name: dimensions
SELECT dimension AS name, sql_type, expression FROM rollup_dimensions ORDER BY dimension

-- name: measures
SELECT measure AS name, condition FROM rollup_measures ORDER BY measure

-- name: compare
-- Cells that gain or lose requests: each request counts as +1 in its new state and as -1 in its old state.
INSERT INTO delta ({names})
SELECT {dimensions}, {populations}, {changes}
  FROM (SELECT 1 AS one, {served} FROM after
        UNION ALL
        SELECT -1, {served} FROM before) AS images
 GROUP BY {keys}
HAVING {has_changed}

-- name: flatten
-- Expresses the served rows in the columns of the rollup catalog, once for all rollups.
INSERT INTO delta ({names}) SELECT {dimensions}, {populations}, {counts} FROM service_requests_new

-- name: add_delta
-- Returns the locations of the cells in which every measure has dropped to zero.
WITH changed AS (
    INSERT INTO {rollup} AS cells ({dimensions}, {measures})
    SELECT {dimensions}, {sums}
      FROM delta WHERE {population} GROUP BY {dimensions} HAVING {has_changed} ORDER BY {order}
    ON CONFLICT ({dimensions}) DO UPDATE SET {additions}
    RETURNING cells.ctid AS cell, {is_empty} AS is_empty
)
SELECT array_agg(cell)::text AS emptied FROM changed WHERE is_empty

-- name: delete_empty_cells
DELETE FROM {rollup} WHERE ctid = ANY(%(cells)s::tid[])

-- name: fill
-- Inserts in reading order, so that the days of a year are stored together, and within a day the cells of a council.
INSERT INTO {rollup} ({dimensions}, {measures})
SELECT {dimensions}, {sums}
  FROM delta WHERE {population} GROUP BY {dimensions} HAVING {has_changed} ORDER BY {order}
