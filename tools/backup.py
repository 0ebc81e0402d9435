"""Back up the database and restore it with only the owner's privileges, as on a managed server.

python3 -m tools.backup save FOLDER | restore FOLDER

Works on the system that `make up` runs, or on the database of DATABASE_URL (owner). A backup is the data of
every table and the schema's revision. `restore` builds that schema in a new database with the migrations, so
that tables get the owners and privileges that they need, and upgrades it to the newest one; then this
database takes the place of the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from tools import api_cache, environments
from tools.console import say, step
from tools.database_swap import replacement, run_lock
from tools.disk import MEGABYTE, require_space
from tools.migrate import READER_LIMITS
from tools.paths import ROOT, SERVERS, python_of
from tools.problem import Problem, dispatch, guarded, indented
from tools.psql import run, value
from tools.servers.instance import Instance
from tools.servers.programs import client, postgres_programs
from tools.session import running_settings

DUMP = "data.dump"
MANIFEST = "backup.json"
# Of a manifest; older ones have no more.
NEEDED = {"schema_revision", "sha256", "bytes"}
# Created by the migrations and PostGIS, not part of the data.
EXCLUDED = ("alembic_version", "spatial_ref_sys")
REVISION = "SELECT version_num FROM alembic_version"
HAS_TABLE = "SELECT to_regclass('public.requests') IS NOT NULL"
HAS_REQUESTS = "SELECT EXISTS (SELECT FROM requests)"
SIZE = "SELECT pg_database_size(current_database())"
IS_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
# Of a database, compared with its compressed dump; for backups that do not state it.
USUAL_RATIO = 10
# Triggers are disabled, because the backup contains the rows that they derive from other rows.
TRIGGERS = """
SELECT DISTINCT format('ALTER TABLE %s {be} TRIGGER USER', tgrelid::regclass) FROM pg_trigger
 WHERE NOT tgisinternal \\gexec
"""
# Only COMMIT, the last line, ends the transaction: if its input ends early, even within a COPY, psql rolls
# back.
BEGIN, COMMIT = "BEGIN;\n", "COMMIT;\n"
TRUNCATE = """
SELECT format('TRUNCATE %s CASCADE', string_agg(format('%I', tablename), ', '))
  FROM pg_tables
 WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys') \\gexec
"""
AFTER_RESTORE = (ROOT / "api" / "lacity_data_api" / "after_restore.sql").read_text()
# pg_restore of version 17 sets it before the rows; older servers reject it.
UNKNOWN_BEFORE_17 = b"SET transaction_timeout "
COUNTS = """
SELECT format('generation %s, %s requests, %s served', generation,
              (SELECT count(*) FROM requests), (SELECT count(*) FROM service_requests))
  FROM data_generation
"""


def owner_url() -> str:
    return os.environ.get("DATABASE_URL") or running_settings()["DATABASE_URL"]


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def save(folder: Path) -> None:
    """Write the backup into a new or empty folder; the manifest, with the dump's digest, comes last."""
    url = owner_url()
    with _reported():
        if folder.exists() and any(folder.iterdir()):
            raise Problem(f"{folder} is not empty: choose a new folder for this backup.")
        folder.mkdir(parents=True, exist_ok=True)
    revision, dump = value(url, REVISION), folder / DUMP
    with step(f"Writing {dump}"):
        excluded = [f"--exclude-table={table}" for table in EXCLUDED]
        options = ["--format=custom", "--data-only", "--schema=public", *excluded]
        result = run(url, "pg_dump", *options, f"--file={dump}")
        if result.returncode:
            raise Problem(f"pg_dump failed: {result.stderr.strip()}")
    database_bytes = int(value(url, SIZE))
    with _reported():
        manifest = {
            "schema_revision": revision,
            "sha256": _digest(dump),
            "bytes": dump.stat().st_size,
            "database_bytes": database_bytes,
            "saved_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    say(f"• Saved {value(url, COUNTS)} ({dump.stat().st_size / 1e6:.1f} MB, schema {revision})")


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a complete backup. Raises Problem when files are missing or changed."""
    file, dump = folder / MANIFEST, folder / DUMP
    with _reported():
        if not (file.is_file() and dump.is_file()):
            raise Problem(f"{folder} does not contain a complete backup ({DUMP} and {MANIFEST}).")
        manifest = _parsed(file)
        if _digest(dump) != manifest["sha256"]:
            raise Problem(f"{dump} does not match the digest in {MANIFEST}: it is damaged.")
    return manifest


def _parsed(file: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(file.read_text())
    except ValueError:
        manifest = None
    if not (isinstance(manifest, dict) and manifest.keys() >= NEEDED):
        raise Problem(f"{file} is damaged: it does not describe a backup.")
    return manifest


@contextmanager
def _reported() -> Iterator[None]:
    """Files that cannot be read or written are a Problem."""
    try:
        yield
    except OSError as error:
        raise Problem(f"{error.filename or 'a file of the backup'}: {error.strerror}.") from error


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
    """Replace an empty database (``may_replace``: any) by one with the backup, in the newest schema."""
    url, manifest = owner_url(), _manifest(folder)
    revision = manifest["schema_revision"]
    if _has_requests(url) and not may_replace:
        raise Problem("the database has requests already; REPLACE=1 replaces all of its data.")
    _check_space(manifest)
    with run_lock(url), replacement(url) as filled:
        with step(f"Building the schema of the backup ({revision})"):
            _migrate(filled, revision)
        with step("Restoring the data"):
            _load(filled, folder / DUMP)
        with step("Bringing the database to the newest schema"):
            _migrate(filled, "head")
            value(filled, AFTER_RESTORE)
            _limit_reader(filled)
            value(filled, "VACUUM (ANALYZE)")
    say(f"• Restored {value(url, COUNTS)}")


def _has_requests(url: str) -> bool:
    return value(url, HAS_TABLE) == "t" and value(url, HAS_REQUESTS) == "t"


def _is_foreign() -> bool:
    """Whether the database is not that of ``make up``."""
    return bool(os.environ.get("DATABASE_URL"))


def _check_space(manifest: Mapping[str, Any]) -> None:
    """Raise Problem if the old and the new database do not fit on this machine; on others, print the size."""
    megabytes = manifest.get("database_bytes", USUAL_RATIO * manifest["bytes"]) // MEGABYTE
    if _is_foreign():
        say(f"• The server needs about {megabytes:,} MB of free disk space next to the old data")
    else:
        require_space(SERVERS, megabytes, "The restored database, next to the old one until it is complete,")


def _limit_reader(url: str) -> None:
    """Repeat what the migrations do in a new database, if there is a superuser who may."""
    limits = READER_LIMITS.read_text()
    if value(url, IS_SUPERUSER) == "t":
        value(url, limits)
    elif not _is_foreign():
        Instance("up").sql(limits, database=value(url, "SELECT current_database()"))


def _load(url: str, dump: Path) -> None:
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
            is_complete = _pipe(reader, writer)
        if writer.returncode or not is_complete:
            errors.seek(0)
            raise Problem(f"the data could not be restored; nothing was changed:\n{indented(errors.read())}")


def _pipe(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes]) -> bool:
    """Whether everything was read and written; otherwise the writer's session ends before it commits."""
    script, rows = cast("IO[bytes]", writer.stdin), cast("IO[bytes]", reader.stdout)
    try:
        script.write((BEGIN + TRIGGERS.format(be="DISABLE") + TRUNCATE).encode())
        _copy(rows, script)
        is_complete = reader.wait() == 0
        if is_complete:
            script.write((TRIGGERS.format(be="ENABLE") + COMMIT).encode())
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
    api_cache.serve_restored(is_foreign=_is_foreign())
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
