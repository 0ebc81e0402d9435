"""Finished answers: kept in the process, in Redis, and made once."""
