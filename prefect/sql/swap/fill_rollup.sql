-- In the order in which it is asked for: a year's days lie together then, and within a day a council's cells.
INSERT INTO {new} ({dimensions}, requests)
SELECT {dimensions}, sum(requests)::integer FROM delta WHERE {population} GROUP BY {dimensions} ORDER BY {order}
