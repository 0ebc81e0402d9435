SELECT activity.application_name || ', process ' || activity.pid AS name,
       'since ' || to_char(activity.backend_start, 'YYYY-MM-DD HH24:MI:SS "UTC"') AS since
  FROM pg_locks
  JOIN pg_stat_activity AS activity USING (pid)
  JOIN pg_database ON pg_database.oid = pg_locks.database AND pg_database.datname = current_database()
 WHERE locktype = 'advisory' AND classid = 311 AND objid = 1 AND granted
