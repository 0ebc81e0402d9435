"""A private PostgreSQL server with PostGIS: 127.0.0.1 only, passwords only, no sockets."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tools.console import say
from tools.disk import require_space
from tools.problem import Problem, last_lines
from tools.servers import processes
from tools.servers.programs import postgres_programs
from tools.servers.users import as_user, give_to, is_root

USER = "postgres"
NEEDED_MB = 300
START_SECONDS = 60
READY_EVERY_SECONDS = 0.2
# Parallel queries use this shared memory; in containers it is often only 64 MB.
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
ENOUGH_SHARED_MEMORY_BYTES = 512_000_000


@dataclass(frozen=True)
class Postgres:
    """A server. ``is_durable=False`` trades safety against power loss for speed; crashes lose nothing.

    ``memory_mb`` is the memory it is configured for, as if dedicated; by default a share of this machine's.
    """

    folder: Path
    port: int
    password: str
    is_durable: bool
    memory_mb: int | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def url(self, database: str = "postgres", user: str = USER, password: str | None = None) -> str:
        """A libpq address; without a user, the superuser's."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        pid = self._recorded_pid()
        return pid if pid and processes.works_in(pid, self.data) else None

    def _recorded_pid(self) -> int | None:
        try:
            return int(self._recorded()[0])
        except (IndexError, ValueError):
            return None

    def _recorded(self) -> list[str]:
        """The words of the file in which a running server describes itself; none without the file."""
        try:
            return (self.data / "postmaster.pid").read_text().split()
        except OSError:
            return []

    def start(self) -> None:
        """Create the cluster if needed and start it; returns when it accepts connections."""
        if self.pid():
            self._wait_until_ready()
            return
        if not self._version():
            require_space(self.folder, NEEDED_MB, "PostgreSQL")
            self._create()
        self._clear_after_crash()
        (self.data / "local.conf").write_text(self._settings())
        try:
            self._control("start", "-w", "-t", str(START_SECONDS), "-l", str(self.log))
        except Problem:
            if not self.pid():
                raise
            self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """Wait while the server recovers after a crash, which can take minutes. Raises Problem if it ends."""
        if not self._is_ready():
            say(f"• Waiting until PostgreSQL has recovered after a crash (log: {self.log})")
        while not self._is_ready():
            if not self.pid():
                raise Problem(
                    f"PostgreSQL ended while starting; the end of {self.log}:\n{last_lines(self.log)}"
                )
            time.sleep(READY_EVERY_SECONDS)

    def _is_ready(self) -> bool:
        """Whether the running server accepts connections, as it states in the last line of its own file."""
        return self._recorded()[-1:] == ["ready"]

    def _version(self) -> str:
        """The major version that wrote the data, and the only one that can read them; empty without data."""
        file = self.data / "PG_VERSION"
        return file.read_text().strip() if file.exists() else ""

    def stop(self) -> None:
        """Stop the server and roll back its sessions; does nothing when it is not running."""
        if self.pid():
            self._control("stop", "-w", "-m", "fast", "-t", str(START_SECONDS))
        processes.end(processes.working_in(self.data))

    def _create(self) -> None:
        """Create the cluster under another name, because an interrupted run may leave an incomplete one."""
        new = self.folder / "data.new"
        for folder in (self.data, new):
            shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        give_to(USER, self.folder)
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        if is_root():
            shutil.chown(password_file, USER)
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--username={USER}"]
        options += [f"--pwfile={password_file}", f"--pgdata={new}", "--no-instructions"]
        if not self.is_durable:
            options.append("--no-sync")
        try:
            self._run("initdb", *options)
        finally:
            password_file.unlink()
        with (new / "postgresql.conf").open("a") as file:
            file.write("include 'local.conf'\n")
        new.rename(self.data)

    def _clear_after_crash(self) -> None:
        """Remove what would block the start: orphaned backends, and the stale process id."""
        processes.end(processes.working_in(self.data))
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _settings(self) -> str:
        memory_mb = self.memory_mb or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        share = memory_mb // 4 if self.memory_mb else min(2048, memory_mb // 8)
        shared_mb = share if self.is_durable else 128
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": f"{shared_mb}MB",
            "effective_cache_size": f"{memory_mb // 2}MB",
            "work_mem": "32MB",
            "maintenance_work_mem": f"{min(256, memory_mb // 16)}MB",
            "max_wal_size": "4GB",
            "random_page_cost": 1.1,
            "jit": "off",
            # Each connection would load PostGIS and its libraries by itself, which takes 16 ms of CPU.
            "shared_preload_libraries": "postgis-3",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_lock_waits": "on",
            "dynamic_shared_memory_type": self._shared_memory_type(),
        }
        if not self.is_durable:
            settings |= dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
        return "".join(f"{name} = '{value}'\n" for name, value in settings.items())

    @staticmethod
    def _shared_memory_type() -> str:
        is_small = (
            not SHARED_MEMORY.is_dir() or shutil.disk_usage(SHARED_MEMORY).total < ENOUGH_SHARED_MEMORY_BYTES
        )
        return "mmap" if is_small else "posix"

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), *arguments)

    def _programs(self) -> Path:
        version = self._version()
        try:
            return postgres_programs(version)
        except Problem as problem:
            if not version:
                raise
            raise Problem(
                f"the data in {self.data} were written by PostgreSQL {version}, which is not installed: "
                f"apt-get install postgresql-{version}-postgis-3"
            ) from problem

    def _run(self, program: str, *arguments: str) -> None:
        command = as_user(USER, [str(self._programs() / program), *arguments], self.folder)
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        output = self.folder.parent / "postgres-tool.log"
        with output.open("w") as file:
            # A file, not a pipe: the server inherits it and would keep a pipe open.
            result = subprocess.run(
                command, env=clean, cwd="/", stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False
            )
        if result.returncode:
            raise Problem(
                f"PostgreSQL did not {arguments[2] if program == 'pg_ctl' else 'create its files'}:\n"
                f"{last_lines(output)}\n  The end of {self.log}:\n{last_lines(self.log)}"
            )
