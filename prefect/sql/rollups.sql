-- Rollups by the catalog in the database: no statement here names a rollup, a dimension or a measure.

-- name: catalog
SELECT rollup, dimensions, measures, population, rollup_order(dimensions) AS ordered FROM rollup_catalog ORDER BY place

-- name: dimensions
SELECT dimension AS name, sql_type, expression FROM rollup_dimensions ORDER BY dimension

-- name: measures
SELECT measure AS name, condition FROM rollup_measures ORDER BY measure

-- name: compare
-- Cells that gain or lose requests: each request as it is now counts once more, and as it was once less.
INSERT INTO delta ({names})
SELECT {dimensions}, {populations}, {changes}
  FROM (SELECT 1 AS one, {served} FROM after
        UNION ALL
        SELECT -1, {served} FROM before) AS images
 GROUP BY {keys}
HAVING {has_changed}

-- name: flatten
-- The served rows in the terms of the rollups, worked out once for all of them.
INSERT INTO delta ({names}) SELECT {dimensions}, {populations}, {counts} FROM service_requests_new

-- name: add_delta
-- Returns where the cells lie that fell to zero in every measure.
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
-- In reading order: a year's days lie together then, and within a day a council's cells.
INSERT INTO {rollup} ({dimensions}, {measures})
SELECT {dimensions}, {sums}
  FROM delta WHERE {population} GROUP BY {dimensions} HAVING {has_changed} ORDER BY {order}
