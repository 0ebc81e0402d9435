"""The user's settings, and those of the machine."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tools import settings
from tools.servers.instance import Instance

PRIVATE = "postgresql://owner_311:elsewhere@db.example/city"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with neither the user's .env nor the running system's settings."""
    for name in settings.documented():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(settings, "ENV_FILE", tmp_path / "env")
    return tmp_path


def chosen_from(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    with monkeypatch.context() as patch:
        patch.setattr(settings, "ROOT", root)
        return settings.chosen_by_user()


def test_the_shell_overrides_the_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("API_PORT=5001\nSTAGE='prod'\n# LOG_LEVEL=DEBUG\nSENTRY_URL=\n")
    monkeypatch.setenv("API_PORT", "5002")
    assert chosen_from(elsewhere, monkeypatch) == {"API_PORT": "5002", "STAGE": "prod"}


def test_paths_are_absolute(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service runs in its own folder: `PORTAL_DATA=rows.json make up` looked for prefect/rows.json."""
    (elsewhere / ".env").write_text("FILES_LOCATION=s3://bucket/files\nEXPORTS_FOLDER=/exports\n")
    monkeypatch.setenv("PORTAL_DATA", "rows.json")
    assert chosen_from(elsewhere, monkeypatch) == {
        "FILES_LOCATION": "s3://bucket/files",
        "EXPORTS_FOLDER": "/exports",
        "PORTAL_DATA": f"{elsewhere}/rows.json",
    }


def test_undocumented_variables_of_the_shell_are_no_settings(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "ed")
    assert chosen_from(elsewhere, monkeypatch) == {}


@pytest.mark.parametrize(
    ("chosen", "database"),
    [
        ({}, "la311"),
        ({"SOCRATA_URL": "https://data.lacity.org"}, "la311_data_lacity_org"),
        ({"PORTAL_DATA": "/some/where/Requests 2020.json"}, "la311_requests_2020"),
        ({"PORTAL_DATA": "/some/where/rows.json", "CITY": "la"}, "la311_rows"),
        ({"PORTAL_DATA": "/some/where/rows.json", "CITY": "austin"}, "la311_austin_rows"),
        ({"PORTAL_REQUESTS": "1000000"}, "la311_requests_1000000"),
        ({"PORTAL_SEED": "7", "PORTAL_BAD_SHARE": "0.1"}, "la311_seed_7_bad_share_0_1"),
        ({"PORTAL_REQUESTS": "5", "SOCRATA_URL": "https://a.example"}, "la311_a_example"),
    ],
)
def test_each_source_has_a_database_of_its_own(chosen: dict[str, str], database: str) -> None:
    assert settings.database_for(chosen) == database


def test_a_database_name_fits_postgres() -> None:
    assert len(settings.database_for({"SOCRATA_URL": f"https://{'x' * 90}.example"})) == 63


def test_ports_move_the_addresses(running: Instance) -> None:
    values = settings.local_settings(running, {"API_PORT": "5001"})
    assert values["API_URL"] == "http://127.0.0.1:5001"
    assert values["REPORTS_URL"] == "http://127.0.0.1:5500"


def test_a_foreign_database_is_not_used(running: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    values = settings.local_settings(running, {"DATABASE_URL": PRIVATE})
    assert values["DATABASE_URL"] == running.url("owner_311")
    assert "DATABASE_URL is set" in capsys.readouterr().out


def test_the_admin_token_stays_from_start_to_start(running: Instance) -> None:
    first = settings.local_settings(running, {})
    settings.write(first)
    assert settings.local_settings(running, {})["ADMIN_TOKEN"] == first["ADMIN_TOKEN"]
    assert len(first["ADMIN_TOKEN"]) >= 32


def test_the_file_is_for_this_user_only_and_reads_back(running: Instance, elsewhere: Path) -> None:
    values = settings.local_settings(running, {})
    settings.write(values)
    written = elsewhere / "env"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert settings.read(written) == values


@pytest.mark.parametrize(("before", "after"), [("", ""), ("example.org", "example.org,")])
def test_services_reach_each_other_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", before)
    seen = settings.environment({})
    assert seen["no_proxy"] == seen["NO_PROXY"] == f"{after}127.0.0.1,localhost"


def test_a_service_sees_no_setting_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCRATA_APP_TOKEN", "from the shell")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seen = settings.environment({"API_PORT": "5001"})
    assert seen["API_PORT"] == "5001"
    assert not {"SOCRATA_APP_TOKEN", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"} & seen.keys()
