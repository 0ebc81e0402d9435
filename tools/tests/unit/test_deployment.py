"""Helpers of the deployment tests: when they skip and when they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.tests.deployment import terraform
from tools.tests.deployment.test_static import complaints


def test_without_terraform_its_checks_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(pytest.skip.Exception, match="terraform is not installed"):
        terraform.program()


@pytest.mark.parametrize("place", ["", "/nowhere"])
def test_without_a_provider_its_checks_are_skipped(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_PLUGIN_DIR", place)
    with pytest.raises(pytest.skip.Exception, match="no provider"):
        terraform.provider_options()


def test_a_provider_is_taken_from_its_folder_or_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "registry.terraform.io").mkdir()
    monkeypatch.setenv("TF_PLUGIN_DIR", str(tmp_path))
    assert terraform.provider_options() == [f"-plugin-dir={tmp_path}"]
    monkeypatch.setenv("TF_PLUGIN_DIR", "download")
    assert terraform.provider_options() == []


def test_a_failed_command_shows_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"^    said$"):
        terraform.run(["sh", "-c", "echo said; exit 3"], tmp_path, {})
    assert terraform.run(["sh", "-c", "exit 3"], tmp_path, {}, good=(3,)).returncode == 3


def test_a_command_that_hangs_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="sleep 9 took longer than 0 seconds"):
        terraform.run(["sleep", "9"], tmp_path, {}, seconds=0.1)


def report(comment: str | None) -> dict[str, Any]:
    skipped = {"check_id": "CKV_1", "resource": "a.b", "check_result": {"suppress_comment": comment}}
    failed = {"check_id": "CKV_2", "resource": "c.d"}
    return {"results": {"failed_checks": [failed], "skipped_checks": [skipped]}}


@pytest.mark.parametrize("comment", [None, "", "false alarm"])
def test_a_finding_suppressed_without_a_reason_is_reported(comment: str | None) -> None:
    expected = ["CKV_2 c.d", "CKV_1 a.b: suppressed without a reason"]
    assert complaints(report(comment)) == expected


def test_a_finding_suppressed_with_a_reason_is_not_reported() -> None:
    assert complaints(report("Port 80 only redirects to HTTPS")) == ["CKV_2 c.d"]
