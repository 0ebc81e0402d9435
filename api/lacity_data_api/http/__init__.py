"""The handling of every request before and after FastAPI."""
