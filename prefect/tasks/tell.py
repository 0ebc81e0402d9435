"""What a night leaves on its page in Prefect, and tells Slack."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from pipeline import notify, report
from pipeline.night import Night


def leave_artifacts(night: Night) -> None:
    """The run's tables of datasets, refused rows and checks."""
    page = report.run_page(night.message, night.datasets, night.reasons)
    create_markdown_artifact(key="night", markdown=page, description=night.message)
    checks = report.quality_page(night.checks)
    create_markdown_artifact(key="night-quality", markdown=checks, description="Quality checks of the night")


def tell_slack(night: Night) -> bool:
    """The night in a few lines, with a link to its page where there is one."""
    link = (flow_run.ui_url if night.settings.has_prefect_page else "") or night.settings.reports_url
    text = report.slack_text(
        night.settings.stage, night.status, night.message, night.checks, night.seconds, link
    )
    return notify.slack(night.settings, text)
