"""A short run of the fuzzer of ``make attack``: hostile requests on raw, pipelined connections."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.serving import Api

ROOT = Path(__file__).parents[4]
SEED, SECONDS, RATE = "311", "2", "400"
ROLES = ("superuser", "owner", "loader", "reader")
TEXTS = (*ROLES, "portal", "api", "token", "postgres_data", "instance", "root", "folder")


def test_hostile_requests_are_answered(api: Api) -> None:
    """No status 500, no traceback, no broken JSON, no injected header, no hang."""
    port = urlsplit(api.url).port
    ports = {"api_port": port, "uncached_port": 0, "reports_port": 0}
    places = dict.fromkeys(TEXTS, "") | ports
    command = [sys.executable, "-m", "tools.attack.fuzz", "API", SEED, "0", SECONDS, RATE]
    environment = os.environ | {"ATTACKED": json.dumps(places)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["violation"] for line in lines if "violation" in line] == []
    assert sum(line.get("counts", {}).get("inputs", 0) for line in lines) > 100
