"""Ways in which requests come in."""
