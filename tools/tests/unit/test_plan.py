"""The programs to run, from the settings."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tools import settings
from tools.plan import Plan, greeting
from tools.problem import Problem

REAL_CITY = {"SOCRATA_URL": "https://data.lacity.org"}


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_sample_portal_runs_unless_another_is_chosen() -> None:
    assert Plan.of(settings.PORTS, {}).has_portal
    assert not Plan.of(settings.PORTS, REAL_CITY).has_portal


def test_programs_have_their_ports() -> None:
    plan = Plan.of(settings.PORTS | {"API_PORT": "5001"}, {})
    assert plan.api().health_url == "http://127.0.0.1:5001/status/api"
    assert plan.reports().health_url == "http://127.0.0.1:5500/health"
    assert plan.ingest().is_task


@pytest.mark.parametrize("name", ["API_PORT", "REPORTS_PORT", "PORTAL_PORT"])
def test_a_taken_port_is_named_with_the_fix(taken: int, name: str) -> None:
    plan = Plan.of(settings.PORTS | {name: str(taken)}, {})
    with pytest.raises(Problem, match=rf"port {taken} is in use by another program\.\n.*`{name}=… make up`"):
        _check_only(plan, name)


def _check_only(plan: Plan, name: str) -> None:
    """The other two ports may be in use by a system that runs next to the tests."""
    others = {other: "0" for other in settings.PORTS if other != name}
    Plan(dict(plan.values) | others, plan.database, plan.has_portal).check_ports()


def test_the_portals_port_may_be_taken_when_another_portal_is_used(taken: int) -> None:
    ports = {"API_PORT": "0", "REPORTS_PORT": "0", "PORTAL_PORT": str(taken)}
    Plan.of(ports, REAL_CITY).check_ports()


def test_the_greeting_has_addresses_and_source() -> None:
    values = {"REPORTS_URL": "http://127.0.0.1:5500", "API_URL": "http://127.0.0.1:5000", **REAL_CITY}
    text = greeting(Plan.of(values, REAL_CITY))
    assert "http://127.0.0.1:5000/docs" in text
    assert "https://data.lacity.org (the portal), in database la311_data_lacity_org" in text
