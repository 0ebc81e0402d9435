"""What a night leaves on its page in Prefect, and tells Slack."""

from __future__ import annotations

import os

from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from pipeline import notify, report
from pipeline.config import Settings
from pipeline.night import Night
from pipeline.prefect_home import NO_PAGE


def leave_artifacts(night: Night) -> None:
    """The run's tables of datasets, refused rows and checks."""
    page = report.run_page(night.message, night.datasets, night.reasons)
    create_markdown_artifact(key="night", markdown=page, description=night.message)
    checks = report.quality_page(night.checks)
    create_markdown_artifact(key="night-quality", markdown=checks, description="Quality checks of the night")


def tell_slack(night: Night) -> bool:
    """The night in a few lines, with a link to its page where there is one; nobody is told of a dry run."""
    if night.options.dry_run:
        return False
    text = report.slack_text(
        night.settings.stage, night.status, night.message, night.checks, night.seconds, _link(night.settings)
    )
    return notify.slack(night.settings, text)


def tell_no_start(settings: Settings, message: str) -> bool:
    """The failure of a night that could not even begin."""
    return notify.tell_no_start(settings, message)


def _link(settings: Settings) -> str:
    page = "" if os.environ.get(NO_PAGE) else flow_run.ui_url
    return page or settings.reports_url
