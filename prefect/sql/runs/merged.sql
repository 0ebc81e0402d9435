UPDATE load_runs
   SET status = 'merged', generation = %(generation)s, rows_read = %(read)s, rows_inserted = %(inserted)s,
       rows_updated = %(updated)s, rows_unchanged = %(unchanged)s, rows_refused = %(refused)s,
       rows_retired = %(retired)s, message = %(message)s, details = details || %(details)s
 WHERE load_run_id = %(load_run_id)s
