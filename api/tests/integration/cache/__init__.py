"""Caching, as clients see it."""
