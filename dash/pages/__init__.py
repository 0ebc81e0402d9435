"""The reports, one file each: every module here defines a ``REPORT``, which becomes a page of the server."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from report_kit.report import Report


@cache
def reports() -> tuple[Report, ...]:
    """All reports in the order of the menu."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    ]
    return tuple(sorted((module.REPORT for module in modules), key=lambda report: report.order))
