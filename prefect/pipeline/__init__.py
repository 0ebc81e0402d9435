"""The nightly pipeline as plain typed functions, which ``flow.py`` turns into Prefect tasks."""
