"""``.env.example`` and the services' settings classes say the same."""

from __future__ import annotations

import re

from tools import settings
from tools.tests.repository.sources import CODE, declared_settings, variables_read

LINES = settings.ASSIGNMENT.findall(settings.EXAMPLE.read_text())
WRITTEN = dict(LINES)
# What the example says for a developer's machine, where the code's own default is for production.
MEANT_FOR_DEVELOPERS = {"SOCRATA_URL"}
# Set by make for tests and benchmarks, by a program for its own children, or a choice of one load test.
NOT_SETTINGS = re.compile(r"TEST_.*|LOAD_.*|PROMETHEUS_MULTIPROC_DIR|PREFECT_.*")


def test_every_service_has_settings() -> None:
    folders = {setting.where.split("/")[0] for setting in declared_settings()}
    assert folders >= {"api", "dash", "prefect"}


def test_every_setting_has_its_line() -> None:
    missing = [
        f"{setting.name} ({setting.where})" for setting in declared_settings() if setting.name not in WRITTEN
    ]
    assert missing == []


def test_every_setting_says_what_it_is() -> None:
    assert [setting.where for setting in declared_settings() if not setting.description] == []


def test_every_line_is_read_by_a_service() -> None:
    declared = {setting.name for setting in declared_settings()}
    assert set(WRITTEN) - declared - variables_read(*CODE).keys() == set()


def test_every_default_is_the_one_that_is_documented() -> None:
    differing = {
        setting.where: (setting.default, WRITTEN[setting.name])
        for setting in declared_settings()
        if setting.default not in {None, ""}
        and setting.name in WRITTEN.keys() - MEANT_FOR_DEVELOPERS
        and WRITTEN[setting.name] not in {str(setting.default), str(setting.default).lower()}
    }
    assert differing == {}


def test_variables_that_code_reads_by_itself_are_documented() -> None:
    unknown = {
        name: where
        for name, where in variables_read(*CODE).items()
        if name not in WRITTEN and not NOT_SETTINGS.fullmatch(name)
    }
    assert unknown == {}


def test_no_line_is_written_twice() -> None:
    assert sorted(WRITTEN) == sorted(name for name, _ in LINES)


def test_ports_are_the_documented_ones() -> None:
    assert {name: WRITTEN[name] for name in settings.PORTS} == settings.PORTS
