"""Migrations, roles and rollups."""
