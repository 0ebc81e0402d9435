"""A deterministic, made-up city with the proportions of the real one."""
