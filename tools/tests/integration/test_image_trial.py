"""The images, started as in production against real servers: read-only, without capabilities, not as root."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.images import engines
from tools.images.build import IMAGES, build_all
from tools.images.engines import Engine
from tools.migrate import database_settings
from tools.pip_settings import parse_pip_config
from tools.problem import Problem
from tools.servers.instance import Instance
from tools.servers.ports import free_port
from tools.tests import containers

pytestmark = [pytest.mark.deployment, pytest.mark.timeout(3600)]
API, REPORTS, PIPELINE, PORTAL = (image.tag for image in IMAGES)
DATABASE = "of_the_images"
TOKEN = "a token of the tests"
START_SECONDS = 60
# The environment of these tests has no pip.
MACHINES_PYTHON = str(Path(sys.base_prefix) / "bin" / "python3")
MIGRATE = ("python", "-m", "lacity_data_api.migrate")


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine that has just built the images, on Python's base or the one that IMAGE_BASE names."""
    found = engines.find() or pytest.skip(engines.NONE)
    base = os.environ.get("IMAGE_BASE", "")
    try:
        assert build_all(found, IMAGES, base) == 0
    except Problem as problem:
        if base or found.has_image(IMAGES[0].base):
            raise
        pytest.skip(f"the base image cannot be pulled: {problem}")
    return found


@pytest.fixture(scope="module")
def settings(running: Instance, engine: Engine) -> dict[str, str]:
    """Addresses of servers whose database was created by the API's image."""
    running.create_database(DATABASE)
    values = database_settings(running, DATABASE)
    owner = {name: value for name, value in values.items() if name.startswith("DATABASE")}
    done = containers.run(engine, API, owner, *MIGRATE)
    assert done.returncode == 0, done.stdout + done.stderr
    ports = {name: str(free_port()) for name in ("API_PORT", "REPORTS_PORT", "PORTAL_PORT")}
    return values | ports | {"ADMIN_TOKEN": TOKEN, "API_HOST": "127.0.0.1", "REPORTS_HOST": "127.0.0.1"}


@pytest.fixture(scope="module")
def api(engine: Engine, settings: dict[str, str]) -> Iterator[str]:
    names = ("DATABASE_READER_URL", "REDIS_URL", "ADMIN_TOKEN", "API_HOST", "API_PORT")
    with containers.running(engine, API, {name: settings[name] for name in names}) as name:
        yield name


@pytest.fixture(scope="module")
def reports(engine: Engine, settings: dict[str, str]) -> Iterator[str]:
    names = ("DATABASE_READER_URL", "REDIS_URL", "REPORTS_HOST", "REPORTS_PORT")
    with containers.running(engine, REPORTS, {name: settings[name] for name in names}) as name:
        yield name


@pytest.fixture(scope="module")
def portal(engine: Engine, settings: dict[str, str]) -> Iterator[str]:
    values = {"PORTAL_PORT": settings["PORTAL_PORT"], "PORTAL_REQUESTS": "2000"}
    with containers.running(engine, PORTAL, values) as name:
        yield name


def answer(port: str, path: str) -> bytes:
    """The body of a 200 response; waits while the container starts."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                body: bytes = response.read()
                return body
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def sh(engine: Engine, container: str, script: str) -> str:
    return engine.call("exec", container, "sh", "-c", script)


def test_the_schema_can_be_brought_up_to_date_again(engine: Engine, settings: dict[str, str]) -> None:
    owner = {name: value for name, value in settings.items() if name.startswith("DATABASE")}
    assert containers.run(engine, API, owner, *MIGRATE).returncode == 0


def test_the_api_responds(api: str, settings: dict[str, str]) -> None:
    status = json.loads(answer(settings["API_PORT"], "/status/api"))
    assert {"currentTimeUTC", "lastPulledUTC", "gitSha", "version"} <= status.keys()
    assert len(json.loads(answer(settings["API_PORT"], "/councils"))) == 99


def test_the_reports_respond(reports: str, settings: dict[str, str]) -> None:
    assert json.loads(answer(settings["REPORTS_PORT"], "/health"))["status"] == "alive"
    assert b"<html" in answer(settings["REPORTS_PORT"], "/")


def test_an_ingest_run_reaches_the_api(
    engine: Engine, api: str, portal: str, settings: dict[str, str]
) -> None:
    answer(settings["PORTAL_PORT"], "/api/catalog/v1")
    values = {
        "DATABASE_LOADER_URL": settings["DATABASE_LOADER_URL"],
        "ADMIN_TOKEN": TOKEN,
        "API_URL": f"http://127.0.0.1:{settings['API_PORT']}",
        "SOCRATA_URL": f"http://127.0.0.1:{settings['PORTAL_PORT']}",
    }
    done = containers.run(engine, PIPELINE, values)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(answer(settings["API_PORT"], "/status/data"))["generation"] == 1


def test_a_failed_run_has_its_exit_code(engine: Engine, settings: dict[str, str]) -> None:
    values = {
        "DATABASE_LOADER_URL": settings["DATABASE_LOADER_URL"],
        "SOCRATA_URL": f"http://127.0.0.1:{free_port()}",
        "SOCRATA_ATTEMPTS": "1",
    }
    assert containers.run(engine, PIPELINE, values).returncode == 10


def test_a_container_is_not_root_and_writes_only_to_tmp(engine: Engine, api: str, reports: str) -> None:
    for container in (api, reports):
        assert sh(engine, container, "id -u") == "10001"
        assert sh(engine, container, "cat /proc/1/comm") == "tini"
        attempts = (
            "for place in / /app /venv /run /var/tmp; do touch $place/new 2>/dev/null && echo $place; done; :"
        )
        assert sh(engine, container, attempts) == ""
        assert sh(engine, container, "touch /tmp/new && echo written") == "written"


def test_images_contain_no_settings_of_the_building_machine(engine: Engine) -> None:
    """An image's layer commands, environment and files contain no index or certificate of its pip."""
    listing = subprocess.check_output([MACHINES_PYTHON, "-m", "pip", "config", "list"], text=True)
    lent = {part for value in parse_pip_config(listing).values() for part in value.split() if "/" in part}
    for image in IMAGES:
        history = engine.call("history", "--no-trunc", "--format", "{{.CreatedBy}}", image.tag)
        assert [part for part in lent if part in history] == [], image.name
        variables = engine.call("image", "inspect", "--format", "{{json .Config.Env}}", image.tag)
        assert [name for name in json.loads(variables) if name.startswith("PIP_")] == [], image.name
        left = containers.run(
            engine, image.tag, {}, "sh", "-c", "ls -A /run/secrets /etc/pip.conf 2>/dev/null"
        )
        assert left.stdout == "", image.name


def test_an_image_holds_its_service_and_not_its_tests(engine: Engine) -> None:
    for image in IMAGES:
        listed = containers.run(engine, image.tag, {}, "ls", "-A", "/app").stdout.split()
        assert "requirements.txt" in listed, image.name
        assert ("portal" in listed) == (image.tag == PORTAL), image.name
        assert not {"tests", "benchmarks", "Dockerfile", "README.md", ".dockerignore"} & set(listed), (
            image.name
        )


def test_a_health_check_recognizes_a_responding_server(
    engine: Engine, api: str, settings: dict[str, str]
) -> None:
    answer(settings["API_PORT"], "/status/live")
    command = json.loads(
        engine.call("image", "inspect", "--format", "{{json .Config.Healthcheck.Test}}", API)
    )
    assert command[0] == "CMD"
    engine.call("exec", api, *command[1:])
    with pytest.raises(Exception, match="failed"):
        engine.call("exec", "--env", f"API_PORT={free_port()}", api, *command[1:])


def test_sigterm_ends_a_container(engine: Engine, settings: dict[str, str]) -> None:
    """Runs last, with its own containers: exit code 0, not the 137 of a kill."""
    values = {**settings, "API_PORT": str(free_port()), "REPORTS_PORT": str(free_port())}
    for image, port in ((API, "API_PORT"), (REPORTS, "REPORTS_PORT")):
        with containers.running(engine, image, values) as name:
            answer(values[port], "/status/live" if image == API else "/health")
            assert containers.stop(engine, name) == 0, image
