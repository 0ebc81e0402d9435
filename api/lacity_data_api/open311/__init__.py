"""The read operations of Open311 GeoReport v2: the whole city in the form that Open311 clients expect."""
