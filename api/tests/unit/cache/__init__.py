"""Single parts of the cache."""
