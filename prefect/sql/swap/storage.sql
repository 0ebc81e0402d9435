-- Storage settings of a table as text; LIKE does not copy them.
SELECT array_to_string(reloptions, ', ') AS settings
  FROM pg_class
 WHERE oid = %(table)s::regclass AND reloptions IS NOT NULL
