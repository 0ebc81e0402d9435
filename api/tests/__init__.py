"""Tests of the API against real PostgreSQL, Redis and uvicorn; ``make test-api`` starts the servers."""
