"""Attacks on the API."""
