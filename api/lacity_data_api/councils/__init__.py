"""Neighborhood councils."""
