"""Back up the database and restore it with only the owner's privileges, as on a managed server.

python3 -m tools.backup save FOLDER | restore FOLDER

Works on the system that `make up` runs, or on the database of DATABASE_URL (owner). A backup is the data of
every table and the schema's revision; `restore` builds the schema with the migrations, so that tables get the
owners and privileges that they need.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from tools import environments
from tools.console import say, step
from tools.paths import ROOT, python_of
from tools.problem import Problem, dispatch, guarded, indented
from tools.servers.programs import client, postgres_programs
from tools.session import running_settings

DUMP = "data.dump"
MANIFEST = "backup.json"
# Created by the migrations and PostGIS, not part of the data.
EXCLUDED = ("alembic_version", "spatial_ref_sys")
REVISION = "SELECT version_num FROM alembic_version"
HAS_REQUESTS = "SELECT EXISTS (SELECT FROM requests)"
# Triggers are disabled, because the backup contains the rows that they derive from other rows.
TRIGGERS = """
SELECT DISTINCT format('ALTER TABLE %s {be} TRIGGER USER', tgrelid::regclass) FROM pg_trigger
 WHERE NOT tgisinternal \\gexec
"""
# Only COMMIT, the last line, ends the transaction: if its input ends early, even within a COPY, psql rolls
# back.
BEGIN, COMMIT = "BEGIN;\n", "\nCOMMIT;\n"
TRUNCATE = """
SELECT format('TRUNCATE %s CASCADE', string_agg(format('%I', tablename), ', '))
  FROM pg_tables
 WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys') \\gexec
"""
AFTER_RESTORE = (ROOT / "api" / "lacity_data_api" / "after_restore.sql").read_text()
# The first schema with all numbers that AFTER_RESTORE raises.
NUMBERED_SINCE = "0025"
# pg_restore of version 17 sets it before the rows; older servers reject it.
UNKNOWN_BEFORE_17 = b"SET transaction_timeout "
COUNTS = """
SELECT format('generation %s, %s requests, %s served', generation,
              (SELECT count(*) FROM requests), (SELECT count(*) FROM service_requests))
  FROM data_generation
"""


def owner_url() -> str:
    return os.environ.get("DATABASE_URL") or running_settings()["DATABASE_URL"]


def _run(url: str, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    command, password = client(program, url, *options)
    return subprocess.run(command, env=os.environ | password, capture_output=True, text=True, check=False)


def value(url: str, query: str) -> str:
    """The result of a query. Raises Problem with psql's message."""
    result = _run(url, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", query)
    if result.returncode:
        raise Problem(f"a database query failed: {result.stderr.strip()}")
    return result.stdout.strip()


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def save(folder: Path) -> None:
    """Write the backup into a new or empty folder; the manifest, with the dump's digest, comes last."""
    url = owner_url()
    if folder.exists() and any(folder.iterdir()):
        raise Problem(f"{folder} is not empty: choose a new folder for this backup.")
    folder.mkdir(parents=True, exist_ok=True)
    revision, dump = value(url, REVISION), folder / DUMP
    with step(f"Writing {dump}"):
        excluded = [f"--exclude-table={table}" for table in EXCLUDED]
        options = ["--format=custom", "--data-only", "--schema=public", *excluded]
        result = _run(url, "pg_dump", *options, f"--file={dump}")
        if result.returncode:
            raise Problem(f"pg_dump failed: {result.stderr.strip()}")
    manifest = {
        "schema_revision": revision,
        "sha256": _digest(dump),
        "bytes": dump.stat().st_size,
        "saved_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    say(f"• Saved {value(url, COUNTS)} ({dump.stat().st_size / 1e6:.1f} MB, schema {revision})")


def _manifest(folder: Path) -> dict[str, str]:
    """The manifest of a complete backup. Raises Problem when files are missing or changed."""
    file, dump = folder / MANIFEST, folder / DUMP
    if not (file.is_file() and dump.is_file()):
        raise Problem(f"{folder} does not contain a complete backup ({DUMP} and {MANIFEST}).")
    manifest: dict[str, str] = json.loads(file.read_text())
    if _digest(dump) != manifest["sha256"]:
        raise Problem(f"{dump} does not match the digest in {MANIFEST}: it is damaged.")
    return manifest


def _migrate(url: str, revision: str) -> None:
    environments.ensure(["api"])
    command = [str(python_of("api")), "-m", "alembic", "upgrade", revision]
    environment = os.environ | {"DATABASE_URL": url}
    result = subprocess.run(
        command, cwd=ROOT / "api", env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise Problem(f"the migrations to {revision} failed:\n{result.stderr.strip()[-2000:]}")


def restore(folder: Path, *, may_replace: bool) -> None:
    """Restore the backup into an empty database (``may_replace``: any), then upgrade to the newest schema."""
    url, manifest = owner_url(), _manifest(folder)
    revision = manifest["schema_revision"]
    with step(f"Building the schema of the backup ({revision})"):
        _migrate(url, revision)
    if (found := value(url, REVISION)) != revision:
        raise Problem(
            f"the database has the newer schema {found}, the backup {revision}: restore into a new database."
        )
    if value(url, HAS_REQUESTS) == "t" and not may_replace:
        raise Problem("the database has requests already; REPLACE=1 replaces all of its data.")
    is_numbered = revision >= NUMBERED_SINCE
    with step("Restoring the data"):
        _load(url, folder / DUMP, AFTER_RESTORE if is_numbered else "")
    with step("Bringing the database to the newest schema"):
        _migrate(url, "head")
    if not is_numbered:
        value(url, AFTER_RESTORE)
    say(f"• Restored {value(url, COUNTS)}")


def _load(url: str, dump: Path, afterwards: str) -> None:
    """Replace all data in one transaction, which commits only if the whole dump could be read."""
    read: list[str | Path] = [
        postgres_programs() / "pg_restore",
        "--data-only",
        "--no-owner",
        "--file=-",
        dump,
    ]
    write, password = client("psql", url, "-Xq", "-v", "ON_ERROR_STOP=1")
    with tempfile.TemporaryFile("w+") as errors:
        with (
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=errors) as reader,
            subprocess.Popen(
                write,
                env=os.environ | password,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            ) as writer,
        ):
            is_complete = _pipe(reader, writer, afterwards)
        if writer.returncode or not is_complete:
            errors.seek(0)
            raise Problem(f"the data could not be restored; nothing was changed:\n{indented(errors.read())}")


def _pipe(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], afterwards: str) -> bool:
    """Whether everything was read and written; otherwise the writer's session ends before it commits."""
    script, rows = cast("IO[bytes]", writer.stdin), cast("IO[bytes]", reader.stdout)
    try:
        script.write((BEGIN + TRIGGERS.format(be="DISABLE") + TRUNCATE).encode())
        _copy(rows, script)
        is_complete = reader.wait() == 0
        if is_complete:
            script.write((TRIGGERS.format(be="ENABLE") + afterwards + COMMIT).encode())
        script.close()
    except BaseException as error:
        for process in (reader, writer):
            process.kill()
        with suppress(BrokenPipeError):
            script.close()
        if isinstance(error, BrokenPipeError):
            return False
        raise
    return is_complete


def _copy(rows: IO[bytes], script: IO[bytes]) -> None:
    for line in iter(rows.readline, b""):
        if not line.startswith(UNKNOWN_BEFORE_17):
            script.write(line)
        if line.startswith(b"COPY "):
            break
    shutil.copyfileobj(rows, script)


def _save(arguments: list[str]) -> int:
    save(_folder(arguments))
    return 0


def _restore(arguments: list[str]) -> int:
    restore(_folder(arguments), may_replace="--replace" in arguments)
    return 0


def _folder(arguments: list[str]) -> Path:
    match [argument for argument in arguments if argument != "--replace"]:
        case [folder]:
            return Path(folder)
    raise Problem("specify one folder: make backup TO=FOLDER, or make restore FROM=FOLDER [REPLACE=1].")


def main() -> int:
    return dispatch({"save": _save, "restore": _restore})


if __name__ == "__main__":
    sys.exit(guarded(main))
