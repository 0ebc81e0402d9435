"""The nightly pipeline as plain typed functions; ``tasks`` and ``flow`` give them to Prefect."""
