-- In the order of the key: what is asked for together, such as a year's days, then lies together.
INSERT INTO {new} ({dimensions}, requests)
SELECT {dimensions}, sum(requests)::integer FROM delta WHERE {population} GROUP BY {dimensions} ORDER BY {dimensions}
