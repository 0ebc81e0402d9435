"""Addresses of all pages."""

from __future__ import annotations

from pages import reports

PATHS = ["/", *(report.path for report in reports())]
