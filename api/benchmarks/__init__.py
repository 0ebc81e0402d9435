"""Benchmarks of the API on a generated city: ``python -m benchmarks``."""
