"""Rows, clients and processes for the tests of the published files."""
