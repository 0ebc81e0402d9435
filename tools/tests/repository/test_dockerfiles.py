"""The Dockerfiles comply with docs/images.md, as far as that can be checked without building."""

from __future__ import annotations

import re
import subprocess

import pytest

from tools.check import tool
from tools.images.build import BASE, IMAGES
from tools.paths import ROOT
from tools.tests.repository.sources import files

FOLDERS = [image.folder for image in IMAGES]
ALL = sorted(str(path.parent) for path in files() if path.name == "Dockerfile")
every_image = pytest.mark.parametrize("folder", ALL)


def dockerfile(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()


def test_every_service_has_an_image() -> None:
    assert set(FOLDERS) <= set(ALL)


@every_image
def test_the_linter_finds_nothing(folder: str) -> None:
    done = subprocess.run(
        [tool("hadolint"), f"{folder}/Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_all_are_built_on_the_same_image() -> None:
    assert len({BASE.findall(dockerfile(folder))[0] for folder in ALL}) == 1
    stages = {stage for folder in ALL for stage in re.findall(r"(?m)^FROM (\S+)", dockerfile(folder))}
    assert stages == {"${PYTHON_IMAGE}"}


@every_image
def test_only_hashed_packages_are_installed(folder: str) -> None:
    text = dockerfile(folder)
    assert "PIP_REQUIRE_HASHES=1" in text
    assert re.findall(r"pip install(?:(?! -r | --requirement ).)*?(?:\n(?! )|&&)", text, re.DOTALL) == []


@every_image
def test_it_does_not_run_as_root(folder: str) -> None:
    assert re.findall(r"^USER (.*)$", dockerfile(folder), re.MULTILINE) == ["10001:10001"]


@every_image
def test_the_volume_that_ecs_mounts_has_the_owner_and_mode_of_the_image(folder: str) -> None:
    """Without VOLUME, a mount over /tmp belongs to root only."""
    if folder in {*FOLDERS, "locust"}:
        assert re.findall(r"^VOLUME (.*)$", dockerfile(folder), re.MULTILINE) == ["/tmp"]  # noqa: S108 - in the image


@every_image
def test_the_entry_point_is_not_a_shell(folder: str) -> None:
    started = re.findall(r"^(?:ENTRYPOINT|CMD) (.)", dockerfile(folder), re.MULTILINE)
    assert started == ["[", "["]


@every_image
def test_hidden_files_never_reach_the_build(folder: str) -> None:
    context = next((image.context for image in IMAGES if image.folder == folder), "") or folder
    assert "**/.*" in (ROOT / context / ".dockerignore").read_text().splitlines()


def test_the_pipeline_leaves_the_sample_portal_behind() -> None:
    removed = "RUN rm -r /app/portal \\\n"
    assert removed in dockerfile("prefect")


@pytest.mark.parametrize("folder", FOLDERS)
def test_it_has_labels(folder: str) -> None:
    labels = set(re.findall(r"org\.opencontainers\.image\.([a-z.]+)=", dockerfile(folder)))
    assert labels == {"title", "description", "version", "revision", "source", "base.name"}
