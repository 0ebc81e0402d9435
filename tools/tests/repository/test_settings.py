"""Every variable that a service reads is a documented setting."""

from __future__ import annotations

import re

from tools import settings
from tools.generated import settings_classes
from tools.tests.repository.sources import CODE, variables_read

# Set by make for tests and benchmarks, set by a program for its own children, or chosen for one load test.
NOT_SETTINGS = re.compile(r"TEST_.*|LOAD_.*|PROMETHEUS_MULTIPROC_DIR|PREFECT_.*")


def test_every_service_has_settings() -> None:
    folders = {program.folder for program in settings_classes.read()}
    assert folders >= {"api", "dash", "prefect"}


def test_every_setting_has_a_description() -> None:
    silent = [
        f"{program.folder}: {one.name}"
        for program in settings_classes.read()
        for one in program.fields
        if not one.description
    ]
    assert silent == []


def test_variables_read_from_the_environment_are_settings() -> None:
    unknown = {
        name: where
        for name, where in variables_read(*CODE).items()
        if name not in settings.documented() and not NOT_SETTINGS.fullmatch(name)
    }
    assert unknown == {}


def test_ports_are_the_documented_ones() -> None:
    documented = settings.read(settings.EXAMPLE)
    assert {name: documented[name] for name in settings.PORTS} == settings.PORTS
