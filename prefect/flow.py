"""The nightly flow and its command line: ``python flow.py`` runs one night, ``… serve`` every night."""

# No postponed annotations: a scheduled run reads those of the flow outside this module, without its names.
import logging
import os
import sys
from datetime import datetime

from pipeline import prefect_home

# Prefect reads its settings while it is imported.
prefect_home.settle(os.environ)
if __name__ == "__main__":
    # It takes seconds to start: beside the imports they cost nothing.
    prefect_home.start_early(os.environ, has_schedules="serve" in sys.argv[1:])

from prefect import flow  # noqa: E402
from prefect.exceptions import TerminationSignal  # noqa: E402
from prefect.futures import PrefectFuture  # noqa: E402
from prefect.runtime import deployment  # noqa: E402

from pipeline.catalog import load_catalog  # noqa: E402
from pipeline.config import Settings  # noqa: E402
from pipeline.download import Downloaded, Order  # noqa: E402
from pipeline.ending import end_soon, end_with_parent  # noqa: E402
from pipeline.errors import BusyError, DataError  # noqa: E402
from pipeline.night import Night, failure_text, finish, opened  # noqa: E402
from pipeline.options import Options  # noqa: E402
from tasks import runners, steps, tell  # noqa: E402


@flow(name="night", flow_run_name="{mode} night", task_runner=runners.task_runner(os.environ))
def night(
    mode: str = "incremental",
    years: tuple[int, ...] = (),
    datasets: tuple[str, ...] = (),
    since: datetime | None = None,
    is_dry: bool = False,
) -> str:
    """Pull what the city's portal published since the last night into Postgres, and let the API serve it.

    Modes: `incremental`, `full` (everything anew, swapped in at the end), `reconcile` (everything is read and
    what the portal no longer has is retired).
    """
    options = Options(
        years=years,
        datasets=datasets,
        since=since,
        full=mode == "full",
        reconcile=mode == "reconcile",
        dry_run=is_dry,
    )
    if deployment.id and os.environ.get(prefect_home.NO_PAGE):
        end_with_parent()
    settings = Settings.from_environment()
    logging.getLogger("pipeline").setLevel(settings.log_level.upper())
    run: Night | None = None
    try:
        with opened(settings, options, load_catalog()) as run:
            return _steps(run)
    except (KeyboardInterrupt, SystemExit, TerminationSignal):
        # Downloads under way would hold the process for as long as the portal keeps them waiting.
        end_soon()
        raise
    except BusyError:
        raise
    except Exception as error:
        if run is None:
            # Nothing was noted in a database that cannot be reached.
            tell.tell_no_start(settings, failure_text(error))
        raise
    finally:
        if run is not None:
            tell.tell_slack(run)


def _steps(run: Night) -> str:
    orders = steps.plan_night(run)
    downloads = _download(orders)
    try:
        message = steps.merge_downloads(run, downloads)
    except DataError as error:
        # The page of a night that stops over its data shows what was wrong with it.
        run.message = str(error)
        tell.leave_artifacts(run)
        raise
    tell.leave_artifacts(run)
    if not run.options.dry_run:
        steps.publish_generation(run)
    finish(run)
    if not run.options.dry_run:
        steps.tidy_tables(run)
    return message


def _download(orders: list[Order]) -> list[Downloaded]:
    """Every dataset at once; all have ended when the first failure is raised."""
    idle = [Downloaded(order.reading) for order in orders if not order.reading.is_due]
    due = [order for order in orders if order.reading.is_due]
    futures: list[PrefectFuture[Downloaded]] = [steps.download_dataset.submit(order) for order in due]
    for future in futures:
        future.wait()
    return [*idle, *(future.result() for future in futures)]


if __name__ == "__main__":
    from pipeline.cli import main

    sys.exit(main(night, sys.argv[1:]))
