"""The engine that will replace Gino one day: bare asyncpg behind the interface that ``Database`` uses.

`make test-api ARGS="--engine asyncpg"` runs the suite on it: the rehearsal of decision 32.
"""

from __future__ import annotations

import json
import re
from typing import Any

import asyncpg

# As in SQLAlchemy: a name after a single colon that is neither a cast nor escaped.
NAME = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


class Row(dict[str, Any]):
    """A row whose columns are available as attributes."""

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __iter__(self) -> Any:
        """The values, as in a tuple."""
        return iter(self.values())

    def __getitem__(self, key: Any) -> Any:
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


def compiled(clause: Any) -> tuple[str, list[Any]]:
    """SQL with numbered parameters and their values, from SQL with named ones."""
    values = {name: parameter.value for name, parameter in clause._bindparams.items()}
    names = list(dict.fromkeys(NAME.findall(clause.text)))
    sql = NAME.sub(lambda found: f"${names.index(found[1]) + 1}", clause.text)
    return sql.replace("\\:", ":"), [values[name] for name in names]


class Connection:
    """The methods that ``Database`` calls on a pooled connection."""

    def __init__(self, pool: Any, raw: Any) -> None:
        self._pool, self.raw_connection = pool, raw

    async def release(self) -> None:
        await self._pool.release(self.raw_connection)

    async def all(self, clause: Any) -> list[Row]:
        sql, values = compiled(clause)
        return [Row(record) for record in await self.raw_connection.fetch(sql, *values)]

    async def first(self, clause: Any) -> Row | None:
        rows = await self.all(clause)
        return rows[0] if rows else None

    async def scalar(self, clause: Any) -> Any:
        sql, values = compiled(clause)
        return await self.raw_connection.fetchval(sql, *values)


class Engine:
    """The methods that ``Database`` calls on the engine."""

    def __init__(self, pool: Any) -> None:
        self.raw_pool = pool

    async def acquire(self, timeout: float) -> Connection:  # noqa: ASYNC109  as Gino's
        return Connection(self.raw_pool, await self.raw_pool.acquire(timeout=timeout))

    def compile(self, clause: Any) -> tuple[str, list[Any]]:
        return compiled(clause)


async def create_engine(url: Any, **options: Any) -> Engine:
    """Replaces ``gino.create_engine``."""
    address = url.translate_connect_args(username="user")
    return Engine(await asyncpg.create_pool(**address, init=_read_json, **options))


async def _read_json(connection: Any) -> None:
    """JSON values arrive as objects, as they do from Gino."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
