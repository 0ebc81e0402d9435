"""Every report there is: each module of ``pages/`` holds one, as ``REPORT``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import pages
from frame.report import Report


@cache
def reports() -> tuple[Report, ...]:
    """All reports in the order of the menu."""
    modules = [
        importlib.import_module(f"pages.{found.name}") for found in pkgutil.iter_modules(pages.__path__)
    ]
    return tuple(sorted((module.REPORT for module in modules), key=lambda report: report.order))


def find(name: str) -> Report | None:
    """The report of this name."""
    return next((report for report in reports() if report.name == name), None)
