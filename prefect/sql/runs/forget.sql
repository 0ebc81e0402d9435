DELETE FROM load_runs WHERE load_run_id = %(load_run_id)s
