-- Codes that nobody has seen before become unreviewed entries, so that no request vanishes for want of a name.
INSERT INTO {table} ({name}, data_code)
SELECT CASE WHEN codes.code = '' THEN 'Not stated' ELSE codes.code END, codes.code
  FROM (SELECT DISTINCT coalesce(meaning, btrim({column}), '') AS code
          FROM {rows} AS staged
          LEFT JOIN aliases ON field = %(field)s AND published = btrim({column})) AS codes
 WHERE NOT EXISTS (SELECT FROM {table} AS known WHERE known.data_code = codes.code)
 ORDER BY codes.code
RETURNING data_code
