"""Runs without Prefect: the same steps in the same order, in this process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline import publish as publishing
from pipeline import runs
from pipeline.city import City, load_city
from pipeline.config import Settings
from pipeline.download import Assignment, Download, assignments, download, gathered
from pipeline.merge import merge
from pipeline.options import Options
from pipeline.plan import Plan
from pipeline.planning import make_plan
from pipeline.quality import Check
from pipeline.result import MergeResult
from pipeline_tests.databases import Database

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""Every run of the tests happens at this moment, with the portal as of this day."""


@dataclass(frozen=True)
class Outcome:
    """The plan of a run, and what it merged."""

    settings: Settings
    plan: Plan
    result: MergeResult

    @property
    def message(self) -> str:
        return self.result.message

    @property
    def generation(self) -> int:
        return self.result.generation

    @property
    def checks(self) -> tuple[Check, ...]:
        return self.result.checks

    def check(self, name: str) -> Check:
        """The only check whose name contains this."""
        (found,) = (check for check in self.checks if name in check.name)
        return found


def settings_for(database: Database, portal_url: str, **changed: Any) -> Settings:
    """Settings of a run that wastes no time waiting, regardless of the machine's environment."""
    quick = {"socrata_backoff_seconds": 0.01, "socrata_timeout_seconds": 2, "socrata_attempts": 3}
    chosen = {"database_loader_url": database.loader_url, "socrata_url": portal_url, "api_url": ""}
    return Settings(**{**chosen, **quick, **changed})


def tolerant(city: City | None = None, **limits: float) -> City:
    """A city whose limits no sample reaches, except for the given ones."""
    city = city or load_city()
    everything = {"unreviewed_share": 1, "outside_bounds_share": 1, "unlocated_share_factor": 1_000}
    return city.model_copy(update={"limits": city.limits.model_copy(update=everything | limits)})


def run_ingest(
    settings: Settings,
    *,
    city: City | None = None,
    publish: bool = False,
    **options: Any,
) -> Outcome:
    """One run; raises what it raises."""
    chosen = Options(**{"now": NOW, **options})
    with runs.open_run(settings, chosen, city or tolerant()) as run:
        plan = make_plan(run)
        planned = assignments(plan, settings)
        with ThreadPoolExecutor(settings.download_workers) as pool:
            plan, downloads = gathered(plan, planned, list(pool.map(_attempt, planned)))
        runs.note_plan(run, plan)
        result = merge(run.connection, plan, downloads, settings)
        if publish:
            publishing.publish(settings, result.generation)
        runs.finish(run)
    return Outcome(settings, plan, result)


def _attempt(assignment: Assignment) -> Download | Exception:
    try:
        return download(assignment)
    except Exception as error:  # noqa: BLE001  # the caller judges it
        return error
