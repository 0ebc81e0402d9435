DELETE FROM {rollup} AS cells
 USING (SELECT DISTINCT {dimensions} FROM delta WHERE {population}) AS gone
 WHERE cells.requests = 0 AND ({cell_dimensions}) = ({gone_dimensions})
