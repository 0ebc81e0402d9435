"""A named pair of servers, with their ports and passwords stored next to their files."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.file_locks import ensure_folder, exclusive
from tools.paths import SERVERS
from tools.problem import Problem, last_lines
from tools.servers.ports import free_port, is_free
from tools.servers.postgres import Postgres
from tools.servers.programs import client
from tools.servers.redis import Redis

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
DATABASE = "la311"
OWNER, LOADER, READER = "owner_311", "loader_311", "reader_311"
ATTEMPTS = 3

PREPARE = Path(__file__).with_name("prepare.sql")


@dataclass(frozen=True)
class State:
    """State that is kept between starts."""

    postgres_port: int
    redis_port: int
    passwords: dict[str, str]
    is_durable: bool

    @staticmethod
    def new(*, is_durable: bool) -> State:
        roles = ("postgres", OWNER, LOADER, READER)
        passwords = {role: secrets.token_hex(16) for role in roles}
        return State(free_port(), free_port(), passwords, is_durable)


class Instance:
    """Servers in a folder below ``parent``; created at the first start, kept until removed.

    ``parent`` is ``.local/servers`` by default.
    """

    def __init__(
        self,
        name: str,
        *,
        is_durable: bool = False,
        memory_mb: int | None = None,
        parent: Path | None = None,
    ) -> None:
        if not NAME.fullmatch(name):
            raise Problem(f"{name!r} is not a valid name: lower-case letters, digits and hyphens only.")
        self.name = name
        self.folder = (parent or SERVERS) / name
        self._lock = self.folder.with_name(f"{name}.lock")
        self._state_file = self.folder / "state.json"
        self._is_durable = is_durable
        self._memory_mb = memory_mb

    def exists(self) -> bool:
        return self._state_file.is_file()

    @property
    def state(self) -> State:
        """The stored state. Raises ``Problem`` if there is no such instance."""
        try:
            return State(**json.loads(self._state_file.read_text()))
        except FileNotFoundError as error:
            raise Problem(f"there are no servers named {self.name!r}.") from error

    def _remember(self, **changes: object) -> None:
        old = self.state if self.exists() else State.new(is_durable=self._is_durable)
        ensure_folder(self.folder)
        if self.exists() and vars(old) | changes == vars(old):
            return
        temporary = self._state_file.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(vars(old) | changes))
        temporary.replace(self._state_file)

    @property
    def postgres(self) -> Postgres:
        state = self.state
        folder = self.folder / "postgres"
        password = state.passwords["postgres"]
        return Postgres(folder, state.postgres_port, password, state.is_durable, self._memory_mb)

    @property
    def redis(self) -> Redis:
        return Redis(self.folder / "redis", self.state.redis_port)

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database for one of the three roles."""
        return self.postgres.url(database, role, self.state.passwords[role])

    def start(self, *, postgres: bool = True, redis: bool = True) -> None:
        """Start the servers that are not running; returns when they respond."""
        with exclusive(self._lock):
            self._remember()
            if postgres:
                is_running = self.postgres.pid()
                self._start_on_free_port("postgres")
                if not is_running:
                    self._prepare()
            if redis:
                self._start_on_free_port("redis")

    def _start_on_free_port(self, kind: str) -> None:
        """Start on the stored port, or on another one if another program has taken it."""
        for attempt in range(1, ATTEMPTS + 1):
            server: Postgres | Redis = self.postgres if kind == "postgres" else self.redis
            if not server.pid() and not is_free(server.port):
                self._remember(**{f"{kind}_port": free_port()})
                continue
            try:
                server.start()
            except Problem:
                if attempt == ATTEMPTS or server.pid() or is_free(server.port):
                    raise
            else:
                return
        raise Problem(f"no free port for {kind} was found.")

    def _prepare(self) -> None:
        passwords = {role: self.state.passwords[role] for role in (OWNER, LOADER, READER)}
        self.sql(PREPARE.read_text(), database="template1", variables=passwords)
        self.create_database(DATABASE)

    def create_database(self, name: str) -> None:
        """Create an empty database that belongs to the owner, unless it exists."""
        create = f"SELECT 'CREATE DATABASE {name} OWNER {OWNER}'"
        unless = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
        self.sql(f"{create} {unless} \\gexec", database="postgres")

    def sql(self, script: str, *, database: str, variables: dict[str, str] | None = None) -> str:
        """Run a psql script as the superuser; returns unaligned rows."""
        command, password = client("psql", self.postgres.url(database), "-XqAt", "-v", "ON_ERROR_STOP=1")
        # Passwords among them must not be arguments either.
        given = "".join(f"\\set {name} '{value}'\n" for name, value in (variables or {}).items())
        result = subprocess.run(
            command,
            input=given + script,
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **password},
            check=False,
        )
        if result.returncode:
            raise Problem(f"PostgreSQL rejected a setup step:\n{result.stderr.strip()}")
        return result.stdout.strip()

    def check(self) -> None:
        """Raise ``Problem`` if one of the servers has ended."""
        for name, server in (("PostgreSQL", self.postgres), ("Redis", self.redis)):
            if not server.pid():
                raise Problem(f"{name} has ended; the end of {server.log}:\n{last_lines(server.log)}")

    def is_running(self) -> bool:
        """Whether both servers are running."""
        return self.exists() and bool(self.postgres.pid() and self.redis.pid())

    def stop(self, *, postgres: bool = True, redis: bool = True) -> None:
        """Stop the servers; the files stay."""
        with exclusive(self._lock):
            if postgres and self.exists():
                self.postgres.stop()
            if redis and self.exists():
                self.redis.stop()

    def remove(self) -> None:
        """Stop the servers and delete their files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.unlink(missing_ok=True)

    def describe(self) -> dict[str, Any]:
        """Addresses, process ids (null: not running) and files."""
        postgres, redis = self.postgres, self.redis
        return {
            "name": self.name,
            "postgres": {
                "pid": postgres.pid(),
                "port": postgres.port,
                "superuser_url": postgres.url(DATABASE),
                "owner_url": self.url(OWNER),
                "loader_url": self.url(LOADER),
                "reader_url": self.url(READER),
                "data": str(postgres.data),
                "log": str(postgres.log),
            },
            "redis": {"pid": redis.pid(), "port": redis.port, "url": redis.url(), "log": str(redis.log)},
        }


def instances(parent: Path | None = None) -> list[Instance]:
    """Every instance with files below ``parent``, by name."""
    states: list[Path] = sorted((parent or SERVERS).glob("*/state.json"))
    return [Instance(path.parent.name, parent=parent) for path in states]
