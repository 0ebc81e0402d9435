"""``make load``: runs the users of ``locust/`` against a fresh system during an ingest run.

make load ARGS="[--visitors N] [--rows N] [--seconds N] [--changed N] [--smoke] [--soak] [LOCUST_ARGUMENT…]"
make load ARGS="--bench-city --rows N …"                a copy of a city that make bench keeps
make load ARGS="--picture …"                            also draws docs/pictures/dashboard.png
make load ARGS="--url https://… [LOCUST_ARGUMENT…]"     a running system
"""
