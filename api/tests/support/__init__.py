"""Databases, rows and servers for tests."""
