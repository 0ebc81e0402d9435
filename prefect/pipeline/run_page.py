"""The run's page in Prefect: the plan, the results, and the checks."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable

from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from pipeline import report
from pipeline.config import Settings
from pipeline.download import Download
from pipeline.errors import DataError, failure_text
from pipeline.plan import Plan
from pipeline.prefect_environment import NO_PAGE
from pipeline.result import MergeResult

log = logging.getLogger(__name__)


def show_plan(plan: Plan) -> None:
    due, skipped = len(plan.due), len(plan.skipped)
    summary = f"{due} of {len(plan.readings)} datasets have changes, {skipped} are skipped"
    _show(key="plan", markdown=report.plan_page(plan), description=summary)


def show_result(plan: Plan, downloads: Iterable[Download], result: MergeResult) -> None:
    page = report.run_page(plan, downloads, result)
    _show(key="ingest", markdown=page, description=result.message)
    checks = report.checks_page(result.checks)
    _show(key="checks", markdown=checks, description="Quality checks of the run")


def show_failure(error: DataError) -> None:
    """The page of a run that is stopped by data errors, with the reasons."""
    page = report.failure_page(error)
    _show(key="ingest", markdown=page, description=failure_text(error))
    if error.checks:
        checks = report.checks_page(error.checks)
        _show(key="checks", markdown=checks, description="Quality checks of the run")


def _show(**artifact: str) -> None:
    """A failure to write the page must not fail the run."""
    try:
        create_markdown_artifact(**artifact)
    except Exception as error:  # noqa: BLE001  # Prefect's server may be gone in many ways
        log.warning("the run's page is incomplete: %s", type(error).__name__)


def link(settings: Settings) -> str:
    """The link to details: this page, unless its server is stopped with the run."""
    page = "" if os.environ.get(NO_PAGE) else flow_run.ui_url
    return page or settings.reports_url
