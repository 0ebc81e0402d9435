"""The choice of engine, the secrets of a build, and its report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tools import environments
from tools.images import build, build_secrets, engines
from tools.images.build import IMAGES, MEGABYTE
from tools.images.engines import Engine
from tools.paths import ROOT
from tools.problem import Problem
from tools.tests import containers
from tools.tests.programs import executable

API = IMAGES[0]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "FOLDER", tmp_path / "images")
    monkeypatch.setattr(build, "LOGS", tmp_path / "logs")


def test_docker_without_its_server_is_passed_over(empty_path: Path) -> None:
    executable(empty_path, "docker", "exit 1")
    executable(empty_path, "podman", "exit 0")
    found = engines.find()
    assert found is not None
    assert found.name == "podman"


def test_docker_goes_first(empty_path: Path) -> None:
    for name in ("docker", "podman"):
        executable(empty_path, name, "exit 0")
    assert engines.require() == Engine("docker")


def test_without_an_engine_the_message_says_what_to_install(empty_path: Path) -> None:
    assert engines.find() is None
    with pytest.raises(Problem, match=r"nothing here can build images(.|\n)*apt-get install podman"):
        engines.require()


def test_a_failed_engine_shows_its_output(empty_path: Path) -> None:
    executable(empty_path, "podman", "echo 'no space left' >&2; exit 125")
    with pytest.raises(Problem, match=r"podman image inspect failed:\n    no space left"):
        Engine("podman").call("image", "inspect", "name")


def test_health_checks_need_dockers_format() -> None:
    assert Engine("docker").build_arguments() == ["build"]
    assert "--format docker" in " ".join(Engine("podman").build_arguments())


def test_a_build_receives_the_indexes_that_it_can_reach() -> None:
    pip = {
        "index-url": "https://index.example/simple",
        "extra-index-url": "file:///srv/packages https://more.example/simple",
        "find-links": "/srv/wheels",
        "constraint": "/etc/constraints.txt",
        "cert": "/etc/certificates.pem",
        "timeout": "60",
    }
    assert build_secrets.pip_conf(pip) == (
        "[global]\n"
        "index-url = https://index.example/simple\n"
        "extra-index-url = https://more.example/simple\n"
        "timeout = 60\n"
        "cert = /run/secrets/certificates\n"
    )


def test_a_machine_without_settings_passes_an_empty_file() -> None:
    assert build_secrets.pip_conf({}) == "[global]\n"


def test_build_secrets_are_deleted_afterwards() -> None:
    with build_secrets.build_secrets() as arguments:
        settings = Path(arguments[1].partition("src=")[2])
        assert settings.stat().st_mode & 0o777 == 0o600
    assert not settings.exists()


def test_every_dockerfile_accepts_the_build_secrets() -> None:
    for image in IMAGES:
        text = (ROOT / image.folder / "Dockerfile").read_text()
        assert "id=pip,target=/etc/pip.conf" in text, image.name
        assert f"id=certificates,target={build_secrets.IN_BUILD}" in text, image.name


def test_values_stay_out_of_the_list_of_processes(empty_path: Path) -> None:
    executable(empty_path, "podman", 'echo "$@"; echo "in the environment: $PASSWORD"')
    said = containers.run(Engine("podman"), "image", {"PASSWORD": "hidden"}, "true").stdout.splitlines()
    assert "--env PASSWORD image true" in said[0]
    assert "hidden" not in said[0]
    assert said[1] == "in the environment: hidden"


def test_the_packages_of_an_image_are_those_of_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "SBOMS", tmp_path / "sbom")
    parts = json.loads(build.write_sbom(API, is_validated=False).read_text())
    assert parts["bomFormat"] == "CycloneDX"
    named = {part["name"] for part in parts["components"]}
    assert {"fastapi", "gino", "asyncpg"} <= named
    assert "pytest" not in named


@pytest.mark.parametrize(("added_mb", "verdict"), [(130, ""), (131, "TOO LARGE")])
def test_an_image_over_its_limit_is_marked(added_mb: int, verdict: str) -> None:
    assert build.size_line(API, added_mb * MEGABYTE).endswith(
        f"of at most 130 MB{verdict and '  ' + verdict}"
    )


def test_a_build_prints_sizes_and_fails_above_a_limit(
    empty_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for program in ("sh", "git"):
        (empty_path / program).symlink_to(f"/usr/bin/{program}")
    for module in (build, environments):
        monkeypatch.setattr(module, "write_sbom" if module is build else "ensure", lambda *_: None)
    monkeypatch.setattr(build, "SBOMS", ROOT / "sbom")
    sizes = 'case "$*" in *la311-api*) echo 200000000;; *) echo 100000000;; esac'
    executable(empty_path, "docker", sizes)
    small = replace(API, limit_mb=99)
    assert build.build_all(Engine("docker"), [API]) == 0
    assert "api       adds  100.0 MB of at most 130 MB" in capsys.readouterr().out
    assert build.build_all(Engine("docker"), [small]) == 1


def test_a_failed_build_shows_the_end_of_its_log(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("sh", "git"):
        (empty_path / program).symlink_to(f"/usr/bin/{program}")
    monkeypatch.setattr(environments, "ensure", lambda _: None)
    executable(empty_path, "docker", '[ "$1" != build ] || { echo "no space left"; exit 1; }')
    with pytest.raises(Problem, match=r"api could not be built(.|\n)*no space left"):
        build.build_all(Engine("docker"), [API])
