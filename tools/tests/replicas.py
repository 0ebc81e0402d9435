"""A streaming replica of a private server, made with PostgreSQL's own tools."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tools.servers.instance import Instance
from tools.servers.ports import free_port
from tools.servers.postgres import USER
from tools.servers.programs import postgres_programs
from tools.servers.users import as_user, give_to


@contextmanager
def streaming_replica(primary: Instance, folder: Path) -> Iterator[int]:
    """Yields the port of a server that follows ``primary``, and stops the server when the block ends."""
    folder.mkdir(parents=True)
    give_to(USER, folder)
    data, port = folder / "data", free_port()
    source = primary.postgres
    copy = ["-h", "127.0.0.1", "-p", str(source.port), "-U", USER, "-D", str(data), "-R", "-c", "fast"]
    _run(folder, "pg_basebackup", *copy, password=source.password)
    _run(folder, "pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", f"-p {port}", "start")
    try:
        yield port
    finally:
        _run(folder, "pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")


def _run(folder: Path, program: str, *arguments: str, password: str = "") -> None:
    command = as_user(USER, [str(postgres_programs() / program), *arguments], folder)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PGPASSWORD": password,
        "LC_ALL": "C.UTF-8",
    }
    with (folder / f"{program}.log").open("w") as log:
        done = subprocess.run(
            command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
        )
    assert done.returncode == 0, (folder / f"{program}.log").read_text()


def on_port(url: str, port: int) -> str:
    """The same address on another port."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}").geturl()
