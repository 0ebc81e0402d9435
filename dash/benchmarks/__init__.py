"""Benchmarks of the reports on a whole city: ``python -m benchmarks``, or ``make bench`` from the root."""
