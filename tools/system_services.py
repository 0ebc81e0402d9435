"""Stops the servers that Debian starts when their packages are installed: only the programs are needed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.servers.processes import wait_until

CLUSTERS = Path("/etc/postgresql")
REDIS_SCRIPT = Path("/etc/init.d/redis-server")
PROMETHEUS_SCRIPT = Path("/etc/init.d/prometheus")
SYSTEMD = Path("/run/systemd/system")


def _clusters() -> set[tuple[str, str]]:
    """PostgreSQL clusters of the system, as (version, name)."""
    return {(path.parent.name, path.name) for path in CLUSTERS.glob("*/*") if path.is_dir()}


@dataclass(frozen=True)
class SystemServices:
    """The state before an installation, so that only what it added is undone."""

    prefix: list[str]
    clusters: set[tuple[str, str]]
    has_redis: bool
    has_prometheus: bool

    @staticmethod
    def now(prefix: list[str]) -> SystemServices:
        return SystemServices(prefix, _clusters(), REDIS_SCRIPT.exists(), PROMETHEUS_SCRIPT.exists())

    def restore(self) -> None:
        """Drop new clusters, which are empty, and stop and disable new services of Redis and Prometheus."""
        for version, name in _clusters() - self.clusters:
            self._run("pg_dropcluster", "--stop", version, name)
        if not self.has_redis and REDIS_SCRIPT.exists():
            self._stop_redis()
        if not self.has_prometheus and PROMETHEUS_SCRIPT.exists():
            self._run("update-rc.d", "prometheus", "disable")
            self._run(str(PROMETHEUS_SCRIPT), "stop")

    def _stop_redis(self) -> None:
        if SYSTEMD.is_dir() and shutil.which("systemctl"):
            self._run("systemctl", "disable", "--now", "redis-server.service")
            return
        self._run("update-rc.d", "redis-server", "disable")
        # A newly started service has not written its process id yet, and would not be found.
        wait_until(Path("/run/redis/redis-server.pid").exists, seconds=2)
        self._run(str(REDIS_SCRIPT), "stop")

    def _run(self, *command: str) -> None:
        subprocess.run(
            [*self.prefix, *command], capture_output=True, stdin=subprocess.DEVNULL, check=False, cwd="/"
        )
