"""Polygons, places and hot spots."""
