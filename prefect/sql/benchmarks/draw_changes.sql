-- Numbers of rows to change and of rows to copy, drawn at random.
CREATE TEMP TABLE drawn ON COMMIT DROP AS
SELECT DISTINCT ON (id) id, at <= %(changed)s AS is_change
  FROM (SELECT at, (first + floor(random() * (last - first + 1)))::bigint AS id
          FROM (SELECT min(id) AS first, max(id) AS last FROM requests) AS bounds,
               generate_series(1, %(changed)s + %(added)s) AS at) AS numbers
