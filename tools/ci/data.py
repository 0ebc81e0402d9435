"""A deployed API as seen from outside: the age of its data, and how it behaves under load."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from http.client import HTTPException

from tools.ci.commands import given
from tools.console import say
from tools.load.run import load as run_load
from tools.problem import Problem

ATTEMPTS, PAUSE_SECONDS, TIMEOUT_SECONDS = 5, 10.0, 30
LOAD_INPUTS = {"URL": r"https://[a-z0-9.-]+", "USERS": r"[0-9]{1,4}", "MINUTES": r"[0-9]{1,2}"}


def freshness(_: list[str]) -> int:
    """Raises Problem when an API in API_URL does not respond, or its data is older than FRESHNESS_HOURS.

    The limit is less than a day; with a longer one, a failed run would go unnoticed if the previous one ended
    late.
    """
    hours = float(given("FRESHNESS_HOURS"))
    if problems := [text for url in given("API_URL").split() if (text := _problem_with(url, hours))]:
        raise Problem("\n".join(problems))
    return 0


def _problem_with(url: str, hours: float) -> str:
    """A message if the API's data is too old or missing, or cannot be read; empty otherwise."""
    try:
        status = _status(f"{url}/status/data")
    except Problem as problem:
        return str(problem)
    age_seconds = status.get("age_seconds")
    if age_seconds is None or age_seconds >= hours * 3600:
        return f"{url}: no data has been loaded for {hours:g} hours (docs/runbook.md): {json.dumps(status)}"
    say(f"{url}: the data is {age_seconds / 3600:.1f} hours old.")
    return ""


def _status(url: str) -> dict[str, float | None]:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
                found: dict[str, float | None] = json.load(response)
                return found
        except (OSError, ValueError, HTTPException) as error:
            if attempt == ATTEMPTS:
                raise Problem(f"{url} could not be read after {ATTEMPTS} attempts: {error}") from error
            time.sleep(PAUSE_SECONDS)
    raise AssertionError


def load(_: list[str]) -> int:
    """Run the load tests with USERS for MINUTES against URL. Raises Problem for any other input."""
    values = {name: given(name) for name in LOAD_INPUTS}
    if wrong := [name for name, form in LOAD_INPUTS.items() if not re.fullmatch(form, values[name])]:
        raise Problem(f"invalid value for: {', '.join(wrong)}.")
    users, run_time = ["--users", values["USERS"]], ["--run-time", f"{values['MINUTES']}m"]
    return run_load(["--url", values["URL"], *users, "--spawn-rate", "5", *run_time])
