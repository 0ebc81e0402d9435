UPDATE load_runs SET status = %(status)s, finished_at = now(), message = %(message)s, details = details || %(details)s
 WHERE load_run_id = %(load_run_id)s
