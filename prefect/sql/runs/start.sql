INSERT INTO load_runs (mode, details) VALUES (%(mode)s, %(details)s) RETURNING load_run_id
