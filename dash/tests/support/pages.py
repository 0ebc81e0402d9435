"""Addresses of all pages."""

from __future__ import annotations

from frame.registry import reports

PATHS = ["/", *(report.path for report in reports())]
