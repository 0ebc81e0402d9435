"""A release gives a version to images that were built and signed before, and refuses inconsistencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.ci import images, release
from tools.problem import Problem

CHANGES = """# Changes

## Unreleased
Nothing.

## 2.0.0 (2026-12-01)
### The API
- Is new.

## 1.0.0 (2020-01-01)
- Old.
"""
# In place of docker, cosign, gh and git: records its arguments and prints a plausible response.
PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$0 $*" in
  *{broken}*) echo "no signature" >&2; exit 1 ;;
  *Manifest*) echo '{{"digest": "sha256:{digest}"}}' ;;
  *SBOM*) echo '{{"SPDX": {{}}}}' ;;
  *"release create"*) cat "$(echo "$*" | sed 's/.*--notes-file //')" > "$CALLS.notes" ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "pyproject.toml").write_text('[project]\nversion = "2.0.0"\n')
    (tmp_path / "CHANGES.md").write_text(CHANGES)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    return tmp_path


def programs(root: Path, monkeypatch: pytest.MonkeyPatch, broken: str = "nothing-is-broken") -> Path:
    """Put the programs first in PATH; returns the file that logs their calls."""
    for name in ("docker", "cosign", "gh", "git"):
        path = root / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(PROGRAM.format(digest="a" * 64, broken=broken))
        path.chmod(0o755)
    calls = root / "calls"
    calls.write_text("")
    monkeypatch.setenv("PATH", f"{root / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(calls))
    return calls


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "DOCKERHUB_NAMESPACE": "example",
        "GITHUB_REPOSITORY": "example/311",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": "c0ffee",
        "TAG": "v2.0.0",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("github")
def test_a_release_tags_the_deployed_digests_and_publishes_them(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = programs(root, monkeypatch)
    assert release.release([]) == 0
    lines = calls.read_text().splitlines()
    pinned = f"docker.io/example/311-api@sha256:{'a' * 64}"
    assert f"docker buildx imagetools create --tag docker.io/example/311-api:2.0.0 {pinned}" in lines
    assert sum(line.startswith("cosign verify") for line in lines) == len(release.IMAGES)
    assert sum("imagetools create" in line for line in lines) == len(release.IMAGES)
    notes = Path(f"{calls}.notes").read_text()
    assert notes.startswith("### The API\n- Is new.")
    assert pinned in notes
    assert "Old" not in notes
    assert "https://github.com/example/311/attestations" in notes
    assert lines[-1].count(".sbom.json") == len(release.IMAGES)


@pytest.mark.usefixtures("github")
def test_an_unsigned_image_stops_the_release_before_anything_is_tagged(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = programs(root, monkeypatch, broken="311-load@sha256")
    with pytest.raises(Problem, match=r"cosign verify .* failed:\n *no signature"):
        release.release([])
    assert "imagetools create" not in calls.read_text()
    assert "gh release" not in calls.read_text()


@pytest.mark.usefixtures("github")
def test_a_commit_outside_of_main_is_not_released(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = programs(root, monkeypatch, broken="is-ancestor c0ffee origin/main")
    with pytest.raises(Problem, match=r"git merge-base .* failed"):
        release.release([])
    assert len(calls.read_text().splitlines()) == 1


@pytest.mark.parametrize("tag", ["2.0.0", "v2.0", "v2.0.0-rc1", "latest"])
def test_a_tag_of_another_form_is_refused(root: Path, tag: str) -> None:
    with pytest.raises(Problem, match="looks like v2"):
        release.version_of(tag)


def test_a_tag_that_the_package_does_not_agree_with_is_refused(root: Path) -> None:
    with pytest.raises(Problem, match=r"the tag says 2\.1\.0, api/pyproject\.toml 2\.0\.0"):
        release.version_of("v2.1.0")


@pytest.mark.parametrize("heading", ["## 2.0.0", "## Unreleased"])
def test_changes_without_a_dated_section_are_refused(root: Path, heading: str) -> None:
    (root / "CHANGES.md").write_text(f"# Changes\n\n{heading}\n- New.\n")
    with pytest.raises(Problem, match="needs the section"):
        release.notes_of("2.0.0")


def test_the_digest_is_the_registrys(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(root, monkeypatch)
    assert images.digest_of("docker.io/example/311-api:c0ffee") == f"sha256:{'a' * 64}"
