SELECT pg_try_advisory_lock(311, 1) AS is_ours
