"""Thin Prefect shells around ``pipeline``."""
