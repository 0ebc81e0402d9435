"""The cache's parts alone."""
