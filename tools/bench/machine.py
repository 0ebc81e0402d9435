"""The machine that the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from tools.servers.programs import postgres_programs


def describe() -> str:
    """A description of the machine that shows whether two runs can be compared."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    postgres = subprocess.check_output([str(postgres_programs() / "postgres"), "--version"], text=True)
    return (
        f"{os.cpu_count()} cores ({cpu[1].strip() if cpu else platform.machine()}), "
        f"{memory_bytes / 2**30:.0f} GB of memory, {platform.freedesktop_os_release()['PRETTY_NAME']}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres.split()[2]}; "
        f"load average {os.getloadavg()[0]:.1f} at the start"
    )
