"""The steps of the workflows, with recorded stand-ins for docker, cosign, git and gh."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tools.ci import data, images, packages
from tools.ci.__main__ import STEPS
from tools.problem import Problem, dispatch
from tools.tests.programs import executable

Calls = Callable[[str, str], Callable[[], list[str]]]


@pytest.fixture
def stand_in(empty_path: Path) -> Calls:
    """Creates a program with this name; the result returns the arguments of each call to it."""
    (empty_path / "sh").symlink_to("/bin/sh")

    def make(name: str, script: str) -> Callable[[], list[str]]:
        log = empty_path.parent / f"{name}.calls"
        executable(empty_path, name, f'echo "$@" >> {log}\n{script}')
        return lambda: log.read_text().splitlines() if log.exists() else []

    return make


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def set_all(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_base_is_named_by_digest(outputs: Path, stand_in: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, GITHUB_RUN_NUMBER="7")
    stand_in("docker", """echo '{"digest": "sha256:1234"}'""")
    assert images.base([]) == 0
    base, version = (outputs / "GITHUB_OUTPUT").read_text().splitlines()
    assert base == f"base={images.BASE}@sha256:1234"
    assert version.startswith("version=20")
    assert version.endswith(".7")


def test_both_architectures_become_one_image_of_one_digest(
    outputs: Path, stand_in: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, IMAGE="docker.io/city/311-api", GITHUB_SHA="c0ffee", GITHUB_RUN_NUMBER="7")
    calls = stand_in("docker", """echo '{"digest": "sha256:1234"}'""")
    assert images.join([]) == 0
    (created,) = (call for call in calls() if "imagetools create" in call)
    assert "--tag docker.io/city/311-api:c0ffee --tag docker.io/city/311-api:20" in created
    assert created.endswith("docker.io/city/311-api@sha256:1234 docker.io/city/311-api@sha256:1234")
    inspected = [call for call in calls() if "inspect" in call]
    assert ["-amd64" in inspected[0], "-arm64" in inspected[1]] == [True, True]
    assert (outputs / "GITHUB_OUTPUT").read_text() == "digest=sha256:1234\n"


def test_unreachable_registry_is_a_problem(stand_in: Calls) -> None:
    stand_in("docker", "echo 'no such host' >&2; exit 1")
    with pytest.raises(Problem, match=r"docker buildx imagetools(.|\n)*no such host"):
        images.base([])


def test_published_image_is_an_output_and_in_the_summary(
    outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, IMAGE="docker.io/x/311-api", DIGEST="sha256:12", NAME="api")
    assert images.published([]) == 0
    assert (outputs / "GITHUB_OUTPUT").read_text() == "api=docker.io/x/311-api@sha256:12\n"
    assert (outputs / "GITHUB_STEP_SUMMARY").read_text() == "`docker.io/x/311-api@sha256:12`\n"


@pytest.fixture
def three_images(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch,
        GITHUB_SERVER_URL="https://github.example",
        GITHUB_REPOSITORY="city/data",
        API="x/api@1",
        REPORTS="x/reports@2",
        PIPELINE="x/pipeline@3",
    )


@pytest.mark.usefixtures("three_images")
def test_every_image_must_be_signed_by_our_workflow_on_main(stand_in: Calls) -> None:
    calls = stand_in("cosign", "true")
    assert images.verify([]) == 0
    assert [call.split()[1] for call in calls()] == ["x/api@1", "x/reports@2", "x/pipeline@3"]
    assert all("--certificate-github-workflow-ref refs/heads/main" in call for call in calls())
    assert all(
        r"^https://github\.example/city/data/\.github/workflows/images\.yml@" in call for call in calls()
    )


@pytest.mark.usefixtures("three_images")
def test_a_foreign_signature_stops_the_deployment(stand_in: Calls) -> None:
    stand_in("cosign", 'case "$*" in *reports*) echo "no matching signatures" >&2; exit 1;; esac')
    with pytest.raises(Problem, match="no matching signatures"):
        images.verify([])


def test_no_pull_request_without_changes(stand_in: Calls) -> None:
    git, gh = stand_in("git", "true"), stand_in("gh", "true")
    assert packages.propose([]) == 0
    assert (git(), gh()) == (["status --porcelain"], [])


@pytest.mark.parametrize(("existing", "created"), [("", 1), ("https://github.example/1", 0)])
def test_changed_locks_become_one_pull_request_with_checks(
    stand_in: Calls, existing: str, created: int
) -> None:
    git = stand_in("git", '[ "$1" != status ] || echo " M api/requirements.txt"')
    gh = stand_in("gh", f'[ "$2" != list ] || echo "{existing}"')
    assert packages.propose([]) == 0
    assert [call for call in git() if call.startswith("push")] == ["push --force origin packages/newer"]
    assert len([call for call in gh() if call.startswith("pr create")]) == created
    assert gh()[-1] == "workflow run ci.yml --ref packages/newer"


@pytest.fixture
def api() -> Iterator[dict[str, str]]:
    """A server whose response a test sets as ``body``; its address is ``url``."""
    state = {"body": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(state["body"].encode())

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        state["url"] = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def test_fresh_data_passes(api: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, API_URL=f"{api['url']} {api['url']}", FRESHNESS_HOURS="20")
    api["body"] = '{"age_seconds": 3600}'
    assert data.freshness([]) == 0


@pytest.mark.parametrize("body", ['{"age_seconds": 86400}', '{"age_seconds": null}', "{}"])
def test_old_data_or_none_fails(api: dict[str, str], monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    set_all(monkeypatch, API_URL=api["url"], FRESHNESS_HOURS="20")
    api["body"] = body
    with pytest.raises(Problem, match="no data has been loaded for 20 hours"):
        data.freshness([])


def test_an_api_that_is_down_fails_after_all_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    set_all(monkeypatch, API_URL="http://127.0.0.1:1", FRESHNESS_HOURS="20")
    with pytest.raises(Problem, match=r"127\.0\.0\.1:1/status/data could not be read after 5 attempts"):
        data.freshness([])
    assert len(pauses) == data.ATTEMPTS - 1


def test_all_apis_are_examined(api: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one that was down hid the age of the others' data."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    set_all(monkeypatch, API_URL=f"http://127.0.0.1:1 {api['url']}", FRESHNESS_HOURS="20")
    api["body"] = "{}"
    with pytest.raises(Problem, match=r"could not be read(.|\n)*no data has been loaded"):
        data.freshness([])


def test_load_inputs_become_options(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[list[str]] = []

    def run_load(options: list[str]) -> int:
        received.append(options)
        return 0

    monkeypatch.setattr(data, "run_load", run_load)
    set_all(monkeypatch, URL="https://api.example", USERS="100", MINUTES="5")
    assert data.load([]) == 0
    assert received == [
        ["--url", "https://api.example", "--users", "100", "--spawn-rate", "5", "--run-time", "5m"]
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("URL", "https://x.example/; rm"), ("USERS", "many"), ("MINUTES", "100")]
)
def test_other_load_inputs_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    set_all(monkeypatch, **{"URL": "https://api.example", "USERS": "100", "MINUTES": "5"} | {name: value})
    with pytest.raises(Problem, match=f"invalid value for: {name}"):
        data.load([])


def test_a_missing_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRESHNESS_HOURS", raising=False)
    with pytest.raises(Problem, match="FRESHNESS_HOURS is not set"):
        data.freshness([])


@pytest.mark.parametrize("arguments", [[], ["no-such-step"], ["audit", "nowhere"]])
def test_an_unknown_step_lists_the_known_ones(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["tools.ci", *arguments])
    with pytest.raises(Problem, match=r"a (command|folder) is needed: \w+, "):
        dispatch(STEPS)
