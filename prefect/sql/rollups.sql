-- Rollups as defined by the catalog in the database: no statement here names a rollup, a dimension or a measure.

-- name: limit_lock_wait
SELECT set_config('lock_timeout', %(limit)s, true)

-- name: lock
-- A migration that adds rollups fills them under a SHARE lock on service_requests. This lock makes it wait for the end
-- of the run's transaction; otherwise, a rollup added after the catalog was read would lack the changes that follow.
-- ROW EXCLUSIVE would be enough for that. But CREATE INDEX CONCURRENTLY would then wait for this transaction while
-- holding a lock that conflicts with the swap: a deadlock. In this mode, it waits before it has locked the table.
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
-- Returns the ctids of the cells in which every measure has dropped to zero.
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
-- Inserts in the order given by rollup_order(), so that the days of a year are stored together, and within a day the
-- cells of a council.
INSERT INTO {rollup} ({dimensions}, {measures})
SELECT {dimensions}, {sums}
  FROM delta WHERE {population} GROUP BY {dimensions} HAVING {has_changed} ORDER BY {order}
