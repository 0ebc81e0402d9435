"""``make schedule``: let systemd start the system at boot, run the pipeline nightly, and reconcile weekly.

python3 -m tools.schedule [on | off | show]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from tools import session, settings
from tools.console import say
from tools.paths import ROOT
from tools.plan import INGEST_NICENESS
from tools.problem import Problem, dispatch, guarded

UNITS = Path("/etc/systemd/system")
PREFIX = "la311"
RECONCILE_AFTER_HOURS = 2
UP = """[Unit]
Description=311 Data Server
After=network-online.target
Wants=network-online.target

[Service]
User={user}
WorkingDirectory={root}
ExecStart={make} up
ExecStop={make} down
Restart=on-failure

[Install]
WantedBy=multi-user.target
"""
RUN = """[Unit]
Description=311 Data Server: {what}
# After a pause of the machine both runs are due at once, and the second one would end immediately.
After={prefix}-up.service{earlier}

[Service]
Type=oneshot
User={user}
WorkingDirectory={root}
# The users of the API and the reports come first.
Nice={niceness}
# After a boot it takes a minute until the system is ready.
ExecStartPre=/bin/sh -c 'until {make} status; do sleep 5; done > /dev/null'
# Not through make, which would hide the exit code of the pipeline.
Environment="PYTHONPYCACHEPREFIX={compiled}"
ExecStart={python} -m tools.session ingest{arguments}
"""
TIMER = """[Unit]
Description=311 Data Server: {what}

[Timer]
OnCalendar={when} UTC
# After a pause of the machine it runs at once.
Persistent=true

[Install]
WantedBy=timers.target
"""


def nightly_hour() -> int:
    """The hour, in UTC, that the city's declaration names."""
    city = settings.chosen_by_user().get("CITY", "la")
    declared = tomllib.loads((ROOT / "prefect" / "cities" / city / "city.toml").read_text())
    return int(declared.get("nightly_hour_utc", 8))


def units() -> dict[str, str]:
    """The files by name."""
    hour = nightly_hour()
    # Root only writes the units, with sudo; the system runs as the owner of its files.
    common = {
        "user": ROOT.owner(),
        "root": ROOT,
        "make": shutil.which("make"),
        "python": sys.executable,
        "compiled": settings.python_environment()["PYTHONPYCACHEPREFIX"],
        "prefix": PREFIX,
    }
    found = {f"{PREFIX}-up.service": UP.format(**common)}
    weekly = (hour + RECONCILE_AFTER_HOURS) % 24
    nightly = f"{PREFIX}-ingest.service"
    for name, what, arguments, when, earlier in (
        ("ingest", "the nightly run", "", f"*-*-* {hour:02}:00", ""),
        (
            "reconcile",
            "the weekly reconciliation",
            " --reconcile",
            f"Sun *-*-* {weekly:02}:00",
            f" {nightly}",
        ),
    ):
        run = RUN.format(**common, what=what, arguments=arguments, earlier=earlier, niceness=INGEST_NICENESS)
        found |= {
            f"{PREFIX}-{name}.service": run,
            f"{PREFIX}-{name}.timer": TIMER.format(what=what, when=when),
        }
    return found


def show(_: list[str]) -> int:
    """Print the units, which are also a template for other schedulers."""
    for name, text in units().items():
        say(f"# {UNITS / name}\n{text}")
    return 0


def on(_: list[str]) -> int:
    """Write and enable the units."""
    _require_systemd()
    _require_no_other_system()
    for name, text in units().items():
        (UNITS / name).write_text(text)
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", *_enabled())
    say(f"Scheduled nightly at {nightly_hour():02}:00 UTC: systemctl list-timers '{PREFIX}-*'")
    return 0


def off(_: list[str]) -> int:
    """Disable and remove the units; the running system and its data stay."""
    _require_systemd()
    _systemctl("disable", *_enabled())
    for name in units():
        (UNITS / name).unlink(missing_ok=True)
    _systemctl("daemon-reload")
    return 0


def _enabled() -> list[str]:
    """The unit that starts at boot, and the timers."""
    return [f"{PREFIX}-up.service", *(name for name in units() if name.endswith(".timer"))]


def _require_systemd() -> None:
    if not Path("/run/systemd/system").is_dir() or not os.access(UNITS, os.W_OK):
        raise Problem(
            "this needs systemd and the right to write its units: run it as root on a machine with systemd, "
            "or use `make schedule ARGS=show` as a template for another scheduler."
        )


def _require_no_other_system() -> None:
    """Beside a running system the service's `make up` ends at once, and its `make down` stops that system."""
    active = subprocess.run(["systemctl", "is-active", "--quiet", f"{PREFIX}-up.service"], check=False)
    if active.returncode and session.is_running():
        raise Problem(
            "the system is running already, and systemd cannot take it over: stop it with `make down`, and "
            "repeat `make schedule`, which starts it again."
        )


def _systemctl(*words: str) -> None:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"systemctl {' '.join(words)} failed: {done.stderr.strip()}")


COMMANDS: dict[str, Callable[[list[str]], int]] = {"on": on, "off": off, "show": show}

if __name__ == "__main__":
    sys.argv[1:] = sys.argv[1:] or ["on"]
    sys.exit(guarded(lambda: dispatch(COMMANDS)))
