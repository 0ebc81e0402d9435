INSERT INTO {new} ({dimensions}, requests)
SELECT {dimensions}, sum(requests)::integer FROM delta WHERE {population} GROUP BY {dimensions}
