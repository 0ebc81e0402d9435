"""The ingest flow and its command line: ``python flow.py`` runs it once, ``… serve`` on a schedule."""

# No postponed annotations: a scheduled run evaluates the flow's annotations outside this module.
import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from pipeline import prefect_environment

if __name__ == "__main__" and sys.argv[1:2] == ["check-city"]:
    from pipeline import check_city

    # This needs neither Prefect nor a database.
    sys.exit(check_city.main(sys.argv[2:]))
if __name__ == "__main__" and sys.argv[1:2] == ["erase"]:
    from pipeline import lifetime

    # This does not need Prefect either.
    sys.exit(lifetime.main(sys.argv[2:]))
if __name__ == "__main__" and sys.argv[1:2] == ["metrics"]:
    from pipeline import metrics

    sys.exit(metrics.main(sys.argv[2:]))

# Prefect reads its settings while it is imported.
prefect_environment.set_defaults(os.environ)
if __name__ == "__main__":
    from pipeline import arguments

    # Before anything is started or imported, which takes seconds.
    chosen = arguments.parse(sys.argv[1:])
    # The server takes seconds to start; it does so in parallel with the imports.
    prefect_environment.start_early(os.environ, has_schedules=chosen.command == "serve")

import psycopg  # noqa: E402
from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.objects import State, TaskRun  # noqa: E402
from prefect.exceptions import TerminationSignal  # noqa: E402
from prefect.runtime import deployment  # noqa: E402

from pipeline import (  # noqa: E402
    download,
    lifetime,
    log_lines,
    merge,
    metrics,
    notify,
    planning,
    publish,
    report,
    run_page,
    runs,
    telemetry,
    vacuum,
)
from pipeline.city import city_for  # noqa: E402
from pipeline.config import Settings  # noqa: E402
from pipeline.errors import (  # noqa: E402
    INTERRUPTED_EXIT_CODE,
    TERMINATED_EXIT_CODE,
    BusyError,
    DataError,
    FilesError,
    IngestError,
    MaintenanceError,
    PartialError,
    cause_text,
    failure_text,
)
from pipeline.files import writing  # noqa: E402
from pipeline.options import Mode, Options  # noqa: E402
from pipeline.plan import Plan  # noqa: E402
from pipeline.result import MergeResult  # noqa: E402
from pipeline.retries import TemporaryError  # noqa: E402
from pipeline.runs import Run  # noqa: E402
from pipeline.task_runner import task_runner  # noqa: E402
from pipeline.termination import end_soon, end_with_parent  # noqa: E402

log = logging.getLogger("pipeline")
log_lines.shorten_expected_failures()


def may_pass(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Whether a download failed for a reason that may not recur in a second attempt."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, (TemporaryError, psycopg.OperationalError))


# Steps are never cached: their effects are in the database, not in their results.
make_plan = task(name="plan", cache_policy=NO_CACHE)(planning.make_plan)
download_dataset = task(
    name="download",
    task_run_name="download {assignment.reading.dataset.title}",
    cache_policy=NO_CACHE,
    # A download starts by dropping the rows that an earlier attempt staged.
    retries=1,
    retry_condition_fn=may_pass,
)(download.download)
merge_downloads = task(name="merge", cache_policy=NO_CACHE)(merge.merge)
write_city_files = task(name="files", cache_policy=NO_CACHE)(writing.write_files)
publish_generation = task(name="publish", cache_policy=NO_CACHE)(publish.publish)
vacuum_tables = task(name="vacuum", cache_policy=NO_CACHE)(vacuum.vacuum)


@flow(name="ingest", flow_run_name="{mode} ingest", task_runner=task_runner(os.environ))
def ingest(
    mode: Mode = "incremental",
    years: tuple[int, ...] = (),
    datasets: tuple[str, ...] = (),
    since: datetime | None = None,
    is_dry: bool = False,
) -> str:
    """Load changes since the last run from the city's portal into Postgres, and notify the API to serve them.

    Modes: `incremental`, `full` (load everything from scratch and swap it in at the end), `reconcile` (read
    everything, and retire rows that the portal no longer has). Raises PartialError at the very end if
    datasets were skipped.
    """
    options = Options(
        years=years,
        datasets=datasets,
        since=since,
        full=mode == "full",
        reconcile=mode == "reconcile",
        dry_run=is_dry,
    )
    if deployment.id and os.environ.get(prefect_environment.NO_PAGE):
        end_with_parent()
    settings = Settings.from_environment()
    logging.getLogger("pipeline").setLevel(settings.log_level)
    try:
        settings, city = city_for(settings)
        with runs.open_run(settings, options, city) as run:
            plan, message, problems = load(run)
    except BusyError:
        raise
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, TerminationSignal)):
            # Downloads in progress would keep the process alive for as long as the portal keeps them waiting.
            is_interrupted = isinstance(error, KeyboardInterrupt)
            end_soon(INTERRUPTED_EXIT_CODE if is_interrupted else TERMINATED_EXIT_CODE)
        telemetry.report(settings, error)
        if not is_dry:
            text = report.slack_text(
                settings.stage, "fail", failure_text(error), (), 0, run_page.link(settings)
            )
            notify.slack(settings, text)
        raise
    problems = [*_skipped(plan), *problems]
    for problem in problems:
        telemetry.report(settings, problem)
    if problems:
        raise problems[0]
    return message


def _skipped(plan: Plan) -> list[PartialError]:
    texts = [f"{skip.dataset.title} was skipped: {skip.message}" for skip in plan.skipped]
    return [PartialError("; ".join(texts))] if texts else []


def load(run: Run) -> tuple[Plan, str, list[IngestError]]:
    """Plan, download, merge, publish; returns the plan as carried out, and a one-line summary of the run.

    The data is served even if its files could not be written or maintenance failed; the errors then say why.
    """
    settings, is_dry = run.settings, run.options.dry_run
    plan = make_plan(run)
    run_page.show_plan(plan)
    plan, downloads = download_all(run, plan)
    runs.note_plan(run, plan)
    try:
        result = merge_downloads(run.connection, plan, downloads, settings)
    except DataError as error:
        run_page.show_failure(error)
        raise
    run_page.show_result(plan, downloads, result)
    if is_dry:
        runs.finish(run)
        return plan, result.message, []
    errors = write_files(run)
    publish_generation(settings, result.generation)
    runs.finish(run)
    # Published, whatever happens from here on.
    notify.heartbeat(settings)
    errors += maintain(run)
    notify_slack(run, plan, result, errors)
    return plan, result.message, errors


def notify_slack(run: Run, plan: Plan, result: MergeResult, errors: list[IngestError]) -> None:
    """Post the report of a published run."""
    stage, link = run.settings.stage, run_page.link(run.settings)
    status = "partial" if errors else report.status_of(plan, result)
    problems = [*map(failure_text, errors), *report.problems_of(plan, result.checks)]
    notify.slack(run.settings, report.slack_text(stage, status, result.message, problems, run.seconds, link))


def maintain(run: Run) -> list[IngestError]:
    """Delete old rows, vacuum, and log figures; returns the errors, because the data is already served."""
    steps = (
        partial(lifetime.prune, run.connection, run.settings),
        partial(vacuum_tables, run.connection),
        partial(metrics.log_figures, run.connection),
    )
    return [failure for step in steps if (failure := _failure_of(step))]


def _failure_of(step: Callable[[], object]) -> MaintenanceError | None:
    try:
        step()
    except Exception as error:
        log.exception("the data is served, but maintenance failed")
        failure = MaintenanceError(cause_text(error))
        failure.__cause__ = error
        return failure
    return None


def write_files(run: Run) -> list[IngestError]:
    """Update the city's files to the merged generation, if files are configured; returns any error."""
    settings = run.settings
    if not settings.files_location:
        return []
    try:
        write_city_files(run.connection, settings.files_location, settings.files_url)
    except FilesError as error:
        log.error("%s: %s", error.category, error)  # noqa: TRY400  # expected: the message is enough
        return [error]
    return []


def download_all(run: Run, plan: Plan) -> tuple[Plan, tuple[download.Download, ...]]:
    """Download all datasets in parallel; the first failure is raised after all have ended."""
    assignments = download.assignments(plan, run.settings)
    delay = run.settings.socrata_backoff_seconds
    submit = download_dataset.with_options(retry_delay_seconds=delay).submit
    futures = [submit(assignment) for assignment in assignments]
    results = [future.result(raise_on_failure=False) for future in futures]
    return download.gathered(plan, assignments, results)


if __name__ == "__main__":
    from pipeline.cli import main

    sys.exit(main(ingest, chosen))
