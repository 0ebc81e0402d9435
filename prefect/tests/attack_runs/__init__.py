"""The pipeline under attack, for ``make attack``: runs that are killed, crashed or fed wrong data."""
