"""The workflows are valid, and nothing that attackers look for is in them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.deployment import workflows


def test_they_are_valid() -> None:
    assert workflows.invalid() == []


def test_nothing_is_found_in_them() -> None:
    assert workflows.findings() == []


def test_what_is_dangerous_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "bad.yml").write_text(
        "name: bad\non: issue_comment\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - run: echo ${{ github.event.comment.body }}\n"
    )
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.setattr(workflows, "ROOT", tmp_path)
    assert any("template-injection" in line and "bad.yml:7" in line for line in workflows.findings())
