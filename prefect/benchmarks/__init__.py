"""What the pipeline can do on this machine: ``python -m benchmarks``, or ``make bench`` from the root."""
