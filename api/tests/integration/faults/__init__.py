"""Failures of the servers behind the API."""
