-- Returns how many cells fell to zero.
WITH changed AS (
    INSERT INTO {rollup} AS cells ({dimensions}, requests)
    SELECT {dimensions}, sum(requests)::integer
      FROM delta WHERE {population} GROUP BY {dimensions} HAVING sum(requests) <> 0 ORDER BY {order}
    ON CONFLICT ({dimensions}) DO UPDATE SET requests = cells.requests + excluded.requests
    RETURNING cells.requests
)
SELECT count(*) FROM changed WHERE requests = 0
