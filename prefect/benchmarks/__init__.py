"""Benchmarks of the pipeline on this machine: ``python -m benchmarks``, or ``make bench`` from the root."""
