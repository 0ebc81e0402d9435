"""Which engine builds, what a build is lent, and what is said about the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.images import base, build, containers, engines, index_settings, install, services
from tools.images.build import Built
from tools.images.engines import Engine
from tools.images.services import IMAGES, MEGABYTE
from tools.paths import ROOT
from tools.problem import Problem
from tools.tests.programs import executable

API = IMAGES[0]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (engines, base, build):
        monkeypatch.setattr(module, "FOLDER", tmp_path / "images")


def test_docker_without_its_server_is_passed_over(empty_path: Path) -> None:
    executable(empty_path, "docker", "exit 1")
    executable(empty_path, "podman", "exit 0")
    found = engines.find()
    assert found is not None
    assert (found.name, found.can_run) == ("podman", True)


def test_docker_goes_first(empty_path: Path) -> None:
    for name in engines.ENGINES:
        executable(empty_path, name, "exit 0")
    assert engines.require() == Engine("docker")


def test_buildah_builds_and_does_not_run(empty_path: Path) -> None:
    executable(empty_path, "buildah", '[ "$1" = version ]')
    assert not engines.require().can_run


def test_no_engine_is_said_with_what_to_do(empty_path: Path) -> None:
    assert engines.find() is None
    with pytest.raises(Problem, match=r"nothing here can build images(.|\n)*ARGS=--install"):
        engines.require()


def test_the_machines_own_containers_are_left_alone(tmp_path: Path) -> None:
    environment = engines.private_settings()
    assert {Path(path).parent for path in environment.values()} == {tmp_path / "images"}
    assert (
        f'graphroot = "{tmp_path}/images/storage"' in Path(environment["CONTAINERS_STORAGE_CONF"]).read_text()
    )


def test_what_an_engine_said_last_is_passed_on(empty_path: Path) -> None:
    executable(empty_path, "podman", "echo 'no space left' >&2; exit 125")
    with pytest.raises(Problem, match=r"podman image inspect failed:\n    no space left"):
        Engine("podman").call("image", "inspect", "name")


@pytest.mark.parametrize(
    ("engine", "said", "size"), [("podman", "293000001", 293_000_001), ("buildah", "293 MB", 293_000_000)]
)
def test_the_size_of_an_image(empty_path: Path, engine: str, said: str, size: int) -> None:
    executable(empty_path, engine, f"echo '{said}'")
    assert Engine(engine).size_bytes("name") == size


def test_health_checks_need_dockers_format() -> None:
    assert Engine("docker").build_arguments() == ["build"]
    assert "--format docker" in " ".join(Engine("podman").build_arguments())


def test_a_build_is_lent_the_indexes_that_it_can_reach() -> None:
    pip = {
        "index-url": "https://index.example/simple",
        "extra-index-url": "file:///srv/packages https://more.example/simple",
        "find-links": "/srv/wheels",
        "constraint": "/etc/constraints.txt",
        "cert": "/etc/certificates.pem",
        "timeout": "60",
    }
    assert index_settings.pip_conf(pip) == (
        "[global]\n"
        "index-url = https://index.example/simple\n"
        "extra-index-url = https://more.example/simple\n"
        "timeout = 60\n"
        "cert = /run/secrets/certificates\n"
    )


def test_a_machine_without_settings_lends_an_empty_file() -> None:
    assert index_settings.pip_conf({}) == "[global]\n"


def test_what_was_lent_is_gone_afterwards() -> None:
    with index_settings.build_secrets() as arguments:
        settings = Path(arguments[1].partition("src=")[2])
        assert settings.stat().st_mode & 0o777 == 0o600
    assert not settings.exists()


def test_every_dockerfile_takes_what_a_build_is_lent() -> None:
    for image in IMAGES:
        text = (ROOT / image.folder / "Dockerfile").read_text()
        assert "id=pip,target=/etc/pip.conf" in text, image.name
        assert f"id=certificates,target={index_settings.IN_BUILD}" in text, image.name


def test_images_by_name() -> None:
    assert [image.name for image in services.chosen([])] == ["api", "reports", "pipeline", "portal"]
    assert [image.folder for image in services.chosen(["reports"])] == ["dash"]


@pytest.mark.parametrize(("added_mb", "code"), [(130, 0), (131, 1)])
def test_an_image_over_its_limit_fails(capsys: pytest.CaptureFixture[str], added_mb: int, code: int) -> None:
    assert build.report([Built(API, added_mb * MEGABYTE)]) == code
    assert ("TOO LARGE" in capsys.readouterr().out) == bool(code)


def test_a_base_that_cannot_be_fetched_is_said_with_the_other_way(empty_path: Path) -> None:
    executable(empty_path, "podman", "echo unreachable >&2; exit 1")
    assert not base.is_at_hand(Engine("podman"), API.folder)
    with pytest.raises(Problem, match="--local-base"):
        base.pull(Engine("podman"), base.official(API.folder))


def test_without_debootstrap_there_is_no_stand_in(empty_path: Path) -> None:
    executable(empty_path, "podman", "exit 1")
    with pytest.raises(Problem, match="takes root and debootstrap"):
        base.stand_in(Engine("podman"))


def test_only_what_is_missing_is_installed(empty_path: Path) -> None:
    for program in install.PROGRAMS:
        executable(empty_path, program, "exit 0")
    assert install.missing() == []
    (empty_path / "debootstrap").unlink()
    assert install.missing() == ["debootstrap", *install.BESIDE]


def test_values_stay_out_of_the_list_of_processes(empty_path: Path) -> None:
    executable(empty_path, "podman", 'echo "$@"; echo "in the environment: $PASSWORD"')
    said = containers.run(Engine("podman"), "image", {"PASSWORD": "hidden"}, "true").stdout.splitlines()
    assert "--env PASSWORD image true" in said[0]
    assert "hidden" not in said[0]
    assert said[1] == "in the environment: hidden"


def test_the_parts_of_an_image_are_those_of_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "SBOMS", tmp_path / "sbom")
    parts = json.loads(build.write_sbom(API, is_validated=False).read_text())
    assert parts["bomFormat"] == "CycloneDX"
    named = {part["name"] for part in parts["components"]}
    assert {"fastapi", "gino", "asyncpg"} <= named
    assert "pytest" not in named


def test_an_engine_is_installed_when_asked_for(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = empty_path.parent / "calls"
    for program in ("env", "sh"):
        (empty_path / program).symlink_to(f"/usr/bin/{program}")
    monkeypatch.setattr("tools.apt.LOG", empty_path.parent / "log" / "apt.log")
    monkeypatch.setattr("tools.apt.is_root", lambda: True)
    monkeypatch.setattr("tools.apt.lists_are_stale", lambda: False)
    executable(empty_path, "apt-get", f'echo "$@" >> {calls}')
    install.install()
    assert calls.read_text().endswith(
        "install --no-install-recommends podman runc debootstrap netavark aardvark-dns\n"
    )


def test_without_apt_an_engine_cannot_be_installed(empty_path: Path) -> None:
    with pytest.raises(Problem, match=r"missing: podman .* there is no apt-get"):
        install.install()
