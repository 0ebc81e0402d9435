"""Agencies that own requests."""
