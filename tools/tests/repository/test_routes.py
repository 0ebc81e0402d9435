"""The routes of the API and those in its README are the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import cache

from tools.paths import ROOT, python_of

LIST_ROUTES = """
import json
from lacity_data_api.config import Settings
from lacity_data_api.main import create_api
from lacity_data_api.state import build_state
api = create_api(build_state(Settings.from_environment()))
print(json.dumps(sorted(api.openapi()["paths"])))
"""
ADDRESSES = {
    "DATABASE_READER_URL": "postgresql://reader@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1",
}


@cache
def routes() -> set[str]:
    """Paths of the OpenAPI document, which needs neither database nor cache."""
    said = subprocess.check_output(
        [python_of("api"), "-c", LIST_ROUTES], cwd=ROOT / "api", env=os.environ | ADDRESSES, text=True
    )
    return set(json.loads(said.splitlines()[-1]))


@cache
def documented() -> set[str]:
    text = (ROOT / "api" / "README.md").read_text()
    return set(re.findall(r"`(?:GET |POST )?(/[\w./{}-]*)", text))


def test_every_route_is_documented() -> None:
    assert len(routes()) >= 30
    assert routes() - documented() == set()


def test_every_documented_route_exists() -> None:
    firsts = {route.split("/")[1] for route in routes()}
    named = {route for route in documented() if route.split("/")[1] in firsts}
    assert named - routes() == set()
