"""Open311 GeoReport v2, as far as it reads: the whole city in the form that Open311 clients expect."""
