DELETE FROM {rollup} AS cells
 USING (SELECT {dimensions} FROM delta WHERE {population} GROUP BY {dimensions} HAVING sum(requests) < 0) AS less
 WHERE cells.requests = 0 AND ({cell_dimensions}) = ({less_dimensions})
