"""A deterministic, made-up city whose proportions are those of the real one."""
