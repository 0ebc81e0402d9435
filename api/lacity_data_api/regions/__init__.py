"""Regions of councils."""
