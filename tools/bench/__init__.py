"""``make bench``: the services' benchmarks on generated cities, their table, their history and a plot."""
