"""A private Redis server: 127.0.0.1 only, bounded memory, nothing stored on disk."""

from __future__ import annotations

import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.problem import Problem, last_lines
from tools.servers import processes
from tools.servers.programs import redis_server
from tools.servers.users import as_user, give_to, is_root

START_SECONDS = 15
MAX_MEMORY_MB = 256


def redis_user() -> str:
    """The user of Debian's package; elsewhere the database's user."""
    known = {entry.pw_name for entry in pwd.getpwall()} if is_root() else set()
    return "redis" if "redis" in known else "postgres"


@dataclass(frozen=True)
class Redis:
    """One server, used as a cache; it is empty after each start."""

    folder: Path
    port: int

    @property
    def log(self) -> Path:
        return self.folder / "redis.log"

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        try:
            pid = int((self.folder / "redis.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if processes.works_in(pid, self.folder) else None

    def start(self) -> None:
        """Start the server; returns when it responds."""
        if self.pid():
            return
        processes.end(processes.working_in(self.folder))
        self.folder.mkdir(parents=True, exist_ok=True)
        user = redis_user()
        give_to(user, self.folder)
        configuration = self.folder / "redis.conf"
        configuration.write_text(self._settings())
        # Readable by the server's user, in a folder that only this user can enter.
        configuration.chmod(0o644)
        command = as_user(user, [redis_server(), str(configuration)], self.folder)
        result = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if result.returncode or not processes.wait_until(self._responds, START_SECONDS):
            raise Problem(
                f"Redis did not start:\n{result.stdout}{result.stderr}"
                f"  The end of {self.log}:\n{last_lines(self.log)}"
            )

    def stop(self) -> None:
        """Stop the server; does nothing when it is not running."""
        processes.end(processes.working_in(self.folder))

    def _responds(self) -> bool:
        command = ["redis-cli", "-p", str(self.port), "ping"]
        return (
            bool(self.pid()) and subprocess.run(command, capture_output=True, check=False).stdout == b"PONG\n"
        )

    def _settings(self) -> str:
        settings = (
            f"port {self.port}",
            "bind 127.0.0.1",
            "daemonize yes",
            f'dir "{self.folder}"',
            f'pidfile "{self.folder}/redis.pid"',
            f'logfile "{self.log}"',
            'save ""',
            "appendonly no",
            f"maxmemory {MAX_MEMORY_MB}mb",
            "maxmemory-policy allkeys-lru",
        )
        return "\n".join(settings) + "\n"
