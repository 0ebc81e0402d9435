"""The location of the system under attack: a JSON object in an environment variable."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from typing import Any

import httpx
from pipeline_tests.databases import Database, in_database

VARIABLE = "ATTACKED"
LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
"""One dataset of each schema."""


@dataclass(frozen=True)
class Places:
    """Addresses; ``owner``, ``loader``, ``reader`` and ``superuser`` are those of the attacked database."""

    superuser: str
    owner: str
    loader: str
    reader: str
    portal: str
    api: str
    token: str
    postgres_data: str
    instance: str
    root: str
    folder: str

    @staticmethod
    def given() -> Places:
        known = {field.name for field in fields(Places)}
        given = json.loads(os.environ[VARIABLE])
        return Places(**{name: value for name, value in given.items() if name in known})

    def database(self, name: str) -> Database:
        urls = (in_database(url, name) for url in (self.loader, self.reader, self.owner))
        return Database(name, *urls)

    def portal_does(self, action: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Edit the portal's rows, or set its faults."""
        response = httpx.post(f"{self.portal}/_portal/{action}", json=wanted, timeout=60)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer
