"""The REST service of the 311 Data Server."""
