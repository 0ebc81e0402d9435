"""Council polygons and hot spots."""
