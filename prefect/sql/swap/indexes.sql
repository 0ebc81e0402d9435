-- Every index of a table: its name, what comes after the table's name, and the constraint it carries.
SELECT index.relname AS name,
       indisunique AS is_unique,
       substring(pg_get_indexdef(index.oid) FROM ' USING .*$') AS definition,
       CASE contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END AS constraint_kind
  FROM pg_index
  JOIN pg_class AS index ON index.oid = indexrelid
  LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
 WHERE indrelid = %(table)s::regclass
 ORDER BY index.relname
