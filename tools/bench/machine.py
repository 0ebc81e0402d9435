"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.servers.programs import postgres_programs


@dataclass(frozen=True)
class Machine:
    """Enough to know whether two runs can be compared."""

    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    postgres: str
    load_before: float

    def sentence(self) -> str:
        return (
            f"{self.cores} cores ({self.processor}), {self.memory_gb} GB of memory, {self.system}, "
            f"Python {self.python}, PostgreSQL {self.postgres}; "
            f"load average {self.load_before:.1f} at the start"
        )


def describe() -> Machine:
    """This machine, now."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=round(pages / 2**30),
        system=_system(),
        python=platform.python_version(),
        postgres=_postgres(),
        load_before=round(os.getloadavg()[0], 1),
    )


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _system() -> str:
    release = Path("/etc/os-release")
    found = (
        re.search(r'^PRETTY_NAME="(.*)"$', release.read_text(), re.MULTILINE) if release.is_file() else None
    )
    return found[1] if found else platform.platform()


def _postgres() -> str:
    said = subprocess.run(
        [str(postgres_programs() / "postgres"), "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\d+\.\d+", said)
    return found[0] if found else "?"
