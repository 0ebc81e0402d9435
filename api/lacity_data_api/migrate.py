"""``python -m lacity_data_api.migrate [--restored]``: sets up roles and the newest schema.

It may be repeated, also while the API runs. ``--restored`` is for a database that was restored from a backup.

Reads DATABASE_URL (owner). If DATABASE_LOADER_URL and DATABASE_READER_URL are set and the owner may create
roles, it creates them with the passwords in these URLs; otherwise the roles must exist.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2 import sql
from psycopg2.extensions import encrypt_password
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from lacity_data_api.config import is_url

API = Path(__file__).parents[1]
READER_LIMITS = Path(__file__).with_name("reader_limits.sql")
AFTER_RESTORE = Path(__file__).with_name("after_restore.sql")
# The session of a client that vanished, and the locks of that session, are released after 50 seconds.
KEEPALIVES = (
    "ALTER ROLE {} SET tcp_keepalives_idle = 20",
    "ALTER ROLE {} SET tcp_keepalives_interval = 10",
    "ALTER ROLE {} SET tcp_keepalives_count = 3",
    # While a result is being sent, TCP retransmits it instead of probing, for 15 minutes unless limited.
    "ALTER ROLE {} SET tcp_user_timeout = 50000",
)
# Connections reserved for the pipeline, migrations and operators.
SPARE_CONNECTIONS = 20
# More statements for each role. The owner transfers tables to the loader, which requires membership unless
# the owner is a superuser; on managed servers it never is.
ROLE_SETTINGS = {
    "DATABASE_LOADER_URL": ("GRANT {} TO CURRENT_USER", "GRANT TEMPORARY ON DATABASE {database} TO {}"),
    "DATABASE_READER_URL": (
        # Lets operators terminate a reader's session as the owner.
        "GRANT {} TO CURRENT_USER",
        "ALTER ROLE {} SET statement_timeout = '15s'",
        "ALTER ROLE {} CONNECTION LIMIT {connections}",
        "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {}",
    ),
}
OWNER = """
SELECT rolsuper OR rolcreaterole, rolsuper, current_database(), current_setting('max_connections')::integer
  FROM pg_roles WHERE rolname = current_user
"""


def ensure_role(cursor: Any, url: str, settings: Iterable[str], **values: sql.Composable) -> None:
    """Create the login role in the URL, or change its password to the URL's; then execute ``settings``."""
    parts = urlsplit(url)
    role, password = unquote(parts.username or ""), unquote(parts.password or "")
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = sql.SQL("ALTER ROLE" if cursor.fetchone() else "CREATE ROLE")
    # Encrypted here: a statement that fails or is slow is logged with its values.
    verifier = password and encrypt_password(password, role, cursor.connection, "scram-sha-256")
    cursor.execute(sql.SQL("{} {} LOGIN PASSWORD %s").format(verb, sql.Identifier(role)), (verifier,))
    for setting in settings:
        cursor.execute(sql.SQL(setting).format(sql.Identifier(role), **values))


def ensure_roles(environment: Mapping[str, str]) -> None:
    """Create the roles whose URLs are set, if the owner may, and limit what the reader can do."""
    with _connected(environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(OWNER)
        may_create, is_superuser, database, connections = cursor.fetchone()
        values = {
            "database": sql.Identifier(database),
            "connections": sql.Literal(max(1, connections - SPARE_CONNECTIONS)),
        }
        urls = {name: environment[name] for name in ROLE_SETTINGS if environment.get(name)}
        if may_create:
            for name, url in urls.items():
                ensure_role(cursor, url, (*KEEPALIVES, *ROLE_SETTINGS[name]), **values)
        if is_superuser and urls:
            cursor.execute(READER_LIMITS.read_text())
    connection.close()


def _connected(url: str) -> Any:
    if not is_url(url):
        # Checked here, because the errors of libpq contain the password.
        sys.exit("DATABASE_URL is not a valid connection URL (are special characters percent-encoded?)")
    return psycopg2.connect(url)


def configuration() -> Config:
    """Alembic's configuration, independent of the working directory."""
    config = Config(str(API / "alembic.ini"))
    config.set_main_option("script_location", str(API / "alembic"))
    return config


def unknown_revision(url: str, config: Config) -> str:
    """The revision of the schema if a later release made it; empty if this release knows it."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    return next((revision for revision in found if revision not in known), "")


def renumber(url: str) -> None:
    """Give a restored database numbers of data and changes that no client has seen."""
    with _connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(AFTER_RESTORE.read_text())
    connection.close()


def main() -> int:
    """Migrate to this release's schema; a later one is left as it is, so that an older release can start."""
    parser = argparse.ArgumentParser(prog="python -m lacity_data_api.migrate", description=__doc__)
    help_text = "the database was restored: give its data and changes numbers that no client has seen"
    parser.add_argument("--restored", action="store_true", help=help_text)
    is_restored = parser.parse_args().restored
    ensure_roles(os.environ)
    config = configuration()
    if later := unknown_revision(os.environ["DATABASE_URL"], config):
        sys.stdout.write(f"The schema, revision {later}, is that of a later release: it is left as it is.\n")
    else:
        command.upgrade(config, "head")
    if is_restored:
        renumber(os.environ["DATABASE_URL"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
