SELECT pg_advisory_unlock(311, 1)
