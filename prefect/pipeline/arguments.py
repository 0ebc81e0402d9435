"""The arguments of the command line. Importing this is fast, so that a mistake is reported at once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import available_timezones

from pipeline.errors import EXIT_CODES
from pipeline.options import SINCE_OF_EVERYTHING

TIME_ZONE = "UTC"
RUN_OPTIONS = ("years", "dataset", "since", "full", "reconcile", "dry_run", "scheduled_later")
SCHEDULE_OPTIONS = ("cron", "reconcile_cron", "time_zone")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace; exits with 2 if it is invalid."""
    parser = argparse.ArgumentParser(
        prog="python flow.py",
        description="Load the city's changes from its portal, and notify the API to serve them.",
        epilog="`python flow.py check-city KEY` checks a city's declaration, `python flow.py erase NUMBER` "
        "removes a request permanently, `python flow.py metrics` prints metrics of the runs. exit codes: "
        + ", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()),
    )
    parser.add_argument(
        "command", nargs="?", choices=("run", "serve"), default="run", help="one run (default), or a schedule"
    )
    parser.add_argument("--years", type=_years, default=(), help="only these, such as 2020 or 2015-2018,2020")
    parser.add_argument("--dataset", action="append", default=[], help="only this dataset; may be repeated")
    parser.add_argument(
        "--since", type=_moment, help="read only rows that the portal updated since then, such as 2026-01-31"
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--full", action="store_true", help="load everything from scratch and swap it in")
    ways.add_argument(
        "--reconcile",
        action="store_true",
        help="read everything and retire rows that are no longer published",
    )
    parser.add_argument("--dry-run", action="store_true", help="only report what would change")
    parser.add_argument(
        "--scheduled-later",
        action="store_true",
        help="for schedulers: exit with 0 after failures that the next run retries, mainly portal errors",
    )
    parser.add_argument(
        "--cron",
        type=_cron,
        help="for serve, together with --reconcile-cron (default: every day at the city's nightly_hour_utc)",
    )
    parser.add_argument(
        "--reconcile-cron",
        type=_cron,
        help="for serve (default: on Sundays, two hours after the city's nightly_hour_utc)",
    )
    parser.add_argument(
        "--time-zone",
        type=_time_zone,
        help=f"of --cron and --reconcile-cron (default: {TIME_ZONE})",
    )
    chosen = parser.parse_args(arguments)
    if contradiction := _contradiction(chosen):
        parser.error(contradiction)
    chosen.time_zone = chosen.time_zone or TIME_ZONE
    return chosen


def _contradiction(chosen: argparse.Namespace) -> str:
    """A message about conflicting options; empty if there are none."""
    ignored, needed = (RUN_OPTIONS, "one run") if chosen.command == "serve" else (SCHEDULE_OPTIONS, "serve")
    given = [f"--{name.replace('_', '-')}" for name in ignored if getattr(chosen, name)]
    if given:
        return f"only for {needed}: {', '.join(given)}"
    if chosen.since and (chosen.full or chosen.reconcile):
        return SINCE_OF_EVERYTHING
    if chosen.cron and not chosen.reconcile_cron:
        return "--cron needs --reconcile-cron: the weekly run has its own schedule"
    if chosen.time_zone and not chosen.cron:
        return f"--time-zone needs --cron: the city's hours are in {TIME_ZONE}"
    return ""


@contextmanager
def _needed(what: str, text: str) -> Iterator[None]:
    """Say what is needed if the text is invalid: argparse replaces the messages of other exceptions."""
    try:
        yield
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}") from error


def _years(text: str) -> tuple[int, ...]:
    years: set[int] = set()
    for part in text.split(","):
        years.update(_range(part))
    return tuple(sorted(years))


def _range(text: str) -> range:
    start, _, end = text.partition("-")
    with _needed("a year or a range of years, such as 2020 or 2015-2018", text):
        first, last = int(start), int(end or start)
    if first > last:
        raise argparse.ArgumentTypeError(f"the first year of {text!r} is after the last")
    return range(first, last + 1)


def _cron(text: str) -> str:
    from prefect.client.schemas.schedules import CronSchedule

    with _needed("a cron expression, such as '0 8 * * *'", text):
        return CronSchedule(cron=text).cron


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"{text!r} is not a time zone, such as America/Chicago")
    return text


def _moment(text: str) -> datetime:
    with _needed("a date or a time, such as 2026-01-31 or 2026-01-31T08:00", text):
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
