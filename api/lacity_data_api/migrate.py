"""``python -m lacity_data_api.migrate``: roles and newest schema, safe to repeat and while the API serves.

Reads DATABASE_URL (owner). If DATABASE_LOADER_URL and DATABASE_READER_URL are set and the owner may create
roles, it creates them with the passwords in these URLs; otherwise the roles must exist.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from alembic import command
from alembic.config import Config
from psycopg2 import sql

API = Path(__file__).parents[1]
# One more statement for each role. The owner hands tables to the loader, which requires membership unless
# the owner is a superuser; on managed servers it never is.
ROLE_SETTINGS = {
    "DATABASE_LOADER_URL": "GRANT {} TO CURRENT_USER",
    "DATABASE_READER_URL": "ALTER ROLE {} SET statement_timeout = '15s'",
}
MAY_CREATE_ROLES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"


def ensure_role(cursor: Any, url: str, setting: str) -> None:
    """Create the login role in the URL, or change its password to the URL's; then execute ``setting``."""
    parts = urlsplit(url)
    role, password = unquote(parts.username or ""), unquote(parts.password or "")
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = sql.SQL("ALTER ROLE" if cursor.fetchone() else "CREATE ROLE")
    cursor.execute(sql.SQL("{} {} LOGIN PASSWORD %s").format(verb, sql.Identifier(role)), (password,))
    cursor.execute(sql.SQL(setting).format(sql.Identifier(role)))


def ensure_roles(environment: Mapping[str, str]) -> None:
    """Create the roles whose URLs are set, if the owner may."""
    with psycopg2.connect(environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(MAY_CREATE_ROLES)
        if cursor.fetchone() == (True,):
            for name, setting in ROLE_SETTINGS.items():
                if environment.get(name):
                    ensure_role(cursor, environment[name], setting)
    connection.close()


def configuration() -> Config:
    """Alembic's configuration, independent of the working directory."""
    config = Config(str(API / "alembic.ini"))
    config.set_main_option("script_location", str(API / "alembic"))
    return config


def main() -> int:
    ensure_roles(os.environ)
    command.upgrade(configuration(), "head")
    return 0


if __name__ == "__main__":
    sys.exit(main())
