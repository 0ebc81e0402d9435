"""Addresses of the system under attack, passed to attackers as JSON in an environment variable."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

VARIABLE = "ATTACKED"


@dataclass(frozen=True)
class Places:
    """Addresses and ports. ``uncached_port``: of an API that reads every response from the database."""

    superuser: str
    owner: str
    loader: str
    reader: str
    portal: str
    api: str
    api_port: int
    uncached_port: int
    reports_port: int
    token: str
    postgres_data: str
    instance: str
    root: str
    folder: str

    @staticmethod
    def given() -> Places:
        return Places(**json.loads(os.environ[VARIABLE]))

    def variables(self) -> dict[str, str]:
        return {VARIABLE: json.dumps(asdict(self))}
