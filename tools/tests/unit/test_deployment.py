"""The checks of the deployment say what they saw, what they could not, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.deployment import analysis, terraform
from tools.deployment.checks import Check, Failed, Skipped, run_all


def fail() -> str:
    raise Failed("    the reason")


def skip() -> str:
    raise Skipped("no provider")


def test_a_skipped_check_is_named_and_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all([Check("rules", skip), Check("fmt", lambda: "well formed")]) == 0
    printed = capsys.readouterr().out
    assert "rules: skipped: no provider" in printed
    assert "fmt: well formed" in printed
    assert "1 passed, 0 failed, 1 skipped" in printed


def test_a_failed_check_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all([Check("rules", fail), Check("fmt", lambda: "well formed")]) == 1
    printed = capsys.readouterr().out
    assert "rules: FAILED\n    the reason" in printed
    assert "fmt: well formed" in printed


def test_without_terraform_its_checks_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Skipped, match="terraform is not installed"):
        terraform.program()


@pytest.mark.parametrize("place", ["", "/nowhere"])
def test_without_a_provider_its_checks_are_skipped(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_PLUGIN_DIR", place)
    with pytest.raises(Skipped, match="no provider"):
        terraform.provider_options()


def test_a_provider_is_taken_from_its_folder_or_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "registry.terraform.io").mkdir()
    monkeypatch.setenv("TF_PLUGIN_DIR", str(tmp_path))
    assert terraform.provider_options() == [f"-plugin-dir={tmp_path}"]
    monkeypatch.setenv("TF_PLUGIN_DIR", "download")
    assert terraform.provider_options() == []


def test_a_command_that_fails_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"^    said$"):
        terraform.run(["sh", "-c", "echo said; exit 3"], tmp_path, {})
    assert terraform.run(["sh", "-c", "exit 3"], tmp_path, {}, good=(3,)).returncode == 3


def test_a_command_that_hangs_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="sleep 9 took longer than 0 seconds"):
        terraform.run(["sleep", "9"], tmp_path, {}, seconds=0.1)


def report(comment: str | None) -> dict[str, Any]:
    skipped = {"check_id": "CKV_1", "resource": "a.b", "check_result": {"suppress_comment": comment}}
    failed = {"check_id": "CKV_2", "resource": "c.d"}
    return {"results": {"failed_checks": [failed], "skipped_checks": [skipped]}}


@pytest.mark.parametrize("comment", [None, "", "false alarm"])
def test_a_suppressed_finding_without_a_reason_is_reported(comment: str | None) -> None:
    expected = ["CKV_2 c.d", "CKV_1 a.b: suppressed without a reason"]
    assert analysis.complaints(report(comment)) == expected


def test_a_finding_with_a_reason_is_none() -> None:
    assert analysis.complaints(report("Port 80 only redirects to HTTPS")) == ["CKV_2 c.d"]
