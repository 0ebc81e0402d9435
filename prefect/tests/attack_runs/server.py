"""The attacked Postgres: crashes, and a small disk that fills up. The small disk requires root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
import psycopg

from attack_runs.places import Places

DISK_MB = 24
LOADER = "loader_311"
MAX_FREE_BYTES = 4_000_000


def crash(places: Places) -> float:
    """Shut down immediately, as in a power failure, and restart; returns the seconds until it responds."""
    started = time.monotonic()
    pid = int((Path(places.postgres_data) / "postmaster.pid").read_text().split()[0])
    with suppress(psutil.NoSuchProcess):
        postmaster = psutil.Process(pid)
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(30)
    start(places)
    return time.monotonic() - started


def start(places: Places) -> None:
    """Start the server unless it is running."""
    command = [sys.executable, "-m", "tools.services", "start", "--name", places.instance, "--postgres"]
    subprocess.run(command, cwd=places.root, check=True, stdout=subprocess.DEVNULL, timeout=120)


def superuser(places: Places, *statements: str) -> None:
    with psycopg.connect(places.superuser, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


class SmallDisk:
    """A file system of a few megabytes as the loader's tablespace, while ``full`` is entered."""

    def __init__(self, places: Places, database: str) -> None:
        self._places = places
        self._role = f"ALTER ROLE {LOADER} IN DATABASE {database}"
        self._folder = Path(places.postgres_data).parent / "small-disk"
        self._folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(self._folder)]
        self.is_possible = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        if self.is_possible:
            self._make_tablespace()

    def _make_tablespace(self) -> None:
        space = self._folder / "space"
        space.mkdir()
        for folder in (self._folder, space):
            shutil.chown(folder, Path(self._places.postgres_data).owner())
        superuser(
            self._places,
            f"CREATE TABLESPACE small LOCATION '{space}'",
            f"GRANT CREATE ON TABLESPACE small TO {LOADER}",
        )

    def fill(self, chance: Random) -> int:
        """Place the loader's new tables there, with little space left; returns the free bytes."""
        superuser(self._places, f"{self._role} SET default_tablespace = 'small'")
        superuser(self._places, f"{self._role} SET temp_tablespaces = 'small'")
        space = os.statvfs(self._folder)
        left = chance.randrange(MAX_FREE_BYTES)
        size = max(1, space.f_bavail * space.f_frsize - left)
        with suppress(OSError), (self._folder / "filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        return left

    def empty(self) -> None:
        (self._folder / "filler").unlink(missing_ok=True)
        superuser(
            self._places, f"{self._role} RESET default_tablespace", f"{self._role} RESET temp_tablespaces"
        )

    def close(self) -> None:
        if self.is_possible:
            subprocess.run(["umount", "-l", str(self._folder)], capture_output=True, check=False)
