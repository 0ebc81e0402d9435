"""Counts by any of the report fields, and exports."""
