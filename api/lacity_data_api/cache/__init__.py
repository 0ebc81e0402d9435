"""Responses: cached in the process and in Redis, made once, and replaced when the data changes."""
