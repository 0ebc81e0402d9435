"""Terraform, the workflows and their documentation agree."""

from __future__ import annotations

import re
import subprocess

import pytest

from tools.deployment.costs import STAGES
from tools.generated import settings_classes
from tools.paths import FOLDERS_WITH_LOCK, ROOT, python_of
from tools.tests.deployment import test_static

TERRAFORM = ROOT / "terraform"
MAIN = (TERRAFORM / "main.tf").read_text()
VARIABLES = (TERRAFORM / "variables.tf").read_text()
README = (TERRAFORM / "README.md").read_text()
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Names that libraries read, not our settings classes.
OF_LIBRARIES = {
    "AWS_DEFAULT_REGION", "FORWARDED_ALLOW_IPS", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT", "PREFECT_HOME",
}  # fmt: skip
FOLDERS = {"api": "api", "reports": "dash", "pipeline": "prefect"}
ASSIGNED = re.compile(r"^\s+([A-Z][A-Z_]+)\s+=", re.MULTILINE)


def variables() -> set[str]:
    return set(re.findall(r'^variable "(\w+)"', VARIABLES, re.MULTILINE))


def block(kind: str, name: str, text: str = MAIN) -> str:
    """The body of a top-level block."""
    found = re.search(rf'^{kind} "{name}" {{\n(.*?)^}}', text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no {kind} {name}"
    return found[1]


def settings_of(folder: str) -> set[str]:
    return {
        one.name for program in settings_classes.read() if program.folder == folder for one in program.fields
    }


def test_every_variable_is_in_the_readme() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    mentioned = {name for name in documented if name.islower()}
    assert variables() - documented == set()
    assert mentioned - variables() == set()


def test_the_readme_describes_variables_as_terraform_does() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", README, re.MULTILINE))
    described = {
        name: re.search(r'description = "((?:[^"\\]|\\.)*)"', block("variable", name, VARIABLES))
        for name in variables()
    }
    assert {name: found[1].replace('\\"', '"') for name, found in described.items() if found} == {
        name: rows[name] for name in variables()
    }


def test_stages_and_example_leave_no_variable_open() -> None:
    for stage in STAGES:
        given = {
            name
            for file in (f"{stage}.tfvars", "example.tfvars")
            for name in re.findall(r"^(\w+)\s*=", (TERRAFORM / "stages" / file).read_text(), re.MULTILINE)
        }
        needed = {name for name in variables() if "  default " not in block("variable", name, VARIABLES)}
        assert needed - given == set()
        assert given - variables() == set()


@pytest.mark.parametrize("service", FOLDERS)
def test_containers_get_settings_that_their_service_knows(service: str) -> None:
    body = block("module", service)
    given = set(ASSIGNED.findall(body)) | {"STAGE", "LOG_LEVEL"}
    assert {"DATABASE_READER_URL", "DATABASE_LOADER_URL"} & given
    assert given - settings_of(FOLDERS[service]) - OF_LIBRARIES == set()


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_the_authorities_of_the_database_lie_where_images_have_their_files(folder: str) -> None:
    path = re.search(r'default\s+= "(.*)/[\w-]+\.pem"', block("variable", "database_ca_path", VARIABLES))
    assert path
    assert f"COPY . {path[1]}/\n" in (ROOT / folder / "Dockerfile").read_text()
    ignored = (ROOT / folder / ".dockerignore").read_text().splitlines()
    assert [line for line in ignored if line.endswith((".pem", "*"))] == ["**/.*"]


@pytest.mark.parametrize("service", ["api", "pipeline"])
def test_external_secrets_go_to_a_service_that_reads_them(service: str) -> None:
    listed = re.search(rf"^    {service}\s+= \[([^\]]*)\]", MAIN, re.MULTILINE)
    assert listed
    names = set(re.findall(r'"(\w+)"', listed[1]))
    assert names
    assert names - settings_of(FOLDERS[service]) == set()
    assert [name for name in names if f"| `{name}` |" not in README] == []


@pytest.mark.parametrize("service", ["api", "reports"])
def test_a_replica_is_read_by_services_that_know_it(service: str) -> None:
    assert re.findall(r"replica_secrets = .*\{ (\w+) = ", MAIN) == ["DATABASE_READ_URL"]
    assert "local.replica_secrets" in block("module", service)
    assert "DATABASE_READ_URL" in settings_of(FOLDERS[service])


def test_the_load_tests_meet_at_the_port_of_locust() -> None:
    opened = re.search(
        r"port = (\d+)$", (TERRAFORM / "modules" / "load" / "main.tf").read_text(), re.MULTILINE
    )
    printed = subprocess.check_output(
        [
            python_of("locust"),
            "-c",
            "from locust.argument_parser import parse_options as p; print(p([]).master_port)",
        ],
        cwd=ROOT / "locust",
        text=True,
    )
    assert opened
    assert opened[1] == printed.split()[-1]


def test_the_migration_gets_what_it_reads() -> None:
    source = (ROOT / "api" / "lacity_data_api" / "migrate.py").read_text()
    given = set(ASSIGNED.findall(block("module", "migrate"))) | {"DATABASE_URL"}
    read = set(re.findall(r'"(DATABASE_\w+)"', source))
    assert read
    assert read - given == set()


def alarms() -> set[str]:
    """Names of alarms, without the stage and without the node of a cache."""
    text = "".join(path.read_text() for path in sorted(TERRAFORM.glob("modules/*/alarms.tf")))
    text += (TERRAFORM / "modules" / "cdn" / "main.tf").read_text()
    names = set(re.findall(r"^    ([a-z]+(?:-[a-z0-9]+)+) = \{$", text, re.MULTILINE))
    names |= set(re.findall(r'"(cache-[a-z]+)-\$\{member\}"', text))
    for suffix in re.findall(r'"\$\{(?:var\.service|name)\}-([a-z0-9]+)"', text):
        names |= {f"api-{suffix}", f"reports-{suffix}"}
    objectives = re.findall(r'"(api-[a-z]+)" => \{$', (TERRAFORM / "objectives.tf").read_text(), re.MULTILINE)
    names |= set(re.findall(r': "([a-z]+-[a-z]+)" => \{$', text, re.MULTILINE))
    return names | {f"{name}-{speed}" for name in objectives for speed in ("fast", "slow")}


def test_every_alarm_is_in_the_runbook() -> None:
    assert {"database-away", "api-absent", "cache-away", "host-away", "message-lost"} <= alarms()
    assert len(alarms()) == 33
    assert [name for name in sorted(alarms()) if f"`{name}" not in RUNBOOK] == []


def test_variables_and_secrets_of_github_are_in_the_readme() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS)
    named = set(re.findall(r"\b(?:secrets|vars)\.([A-Z_]+)", text))
    assert {"DEPLOYMENT", "DOCKERHUB_TOKEN"} <= named
    assert [name for name in named if f"`{name}`" not in README] == []


def test_actions_are_pinned_by_commit_with_their_version() -> None:
    used = [
        line.strip()
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if re.match(r"\s*(?:- )?uses: ", line) and "$/" not in line
    ]
    assert used
    assert [line for line in used if not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_one_action_has_one_version() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS)
    pins = set(re.findall(r"uses: ([\w/-]+)@([0-9a-f]{40})", text))
    assert len(pins) == len({name for name, _ in pins})


def test_images_are_published_by_the_names_that_terraform_knows() -> None:
    workflow = (ROOT / ".github" / "workflows" / "images.yml").read_text()
    published = dict(
        re.findall(r"^          - name: (\w+)\n            folder: (\w+)$", workflow, re.MULTILINE)
    )
    assert published == FOLDERS | {"load": "locust"}
    assert set(re.findall(r"\b(\w+) = string", block("variable", "images", VARIABLES))) == set(FOLDERS)
    assert block("variable", "load_image", VARIABLES)


def test_every_lock_is_compared_with_the_advisories() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    compared = re.search(r"^        folder: \[(.*)\]$", workflow, re.MULTILINE)
    assert compared
    assert set(compared[1].split(", ")) == set(FOLDERS_WITH_LOCK)


def test_a_stage_that_waits_for_approval_does_not_block_another() -> None:
    merge = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
    stage = (ROOT / ".github" / "workflows" / "stage.yml").read_text()
    assert not re.search(r"^concurrency:", merge, re.MULTILINE)
    assert "      group: stage-${{ inputs.stage }}\n      cancel-in-progress: false\n" in stage


@pytest.mark.parametrize(
    ("file", "setting"),
    [("api/lacity_data_api/__main__.py", "KEEP_ALIVE_SECONDS"), ("dash/gunicorn.conf.py", "keepalive")],
)
def test_servers_keep_connections_longer_than_the_load_balancer(file: str, setting: str) -> None:
    """Otherwise the load balancer sometimes sends requests into closing connections and responds with 502."""
    edge = (TERRAFORM / "modules" / "edge" / "main.tf").read_text()
    idle = re.search(r"idle_timeout\s+= (\d+)$", edge, re.MULTILINE)
    kept = re.search(rf"^{setting} = (\d+)$", (ROOT / file).read_text(), re.MULTILINE)
    assert idle
    assert kept
    assert int(kept[1]) > int(idle[1])


def test_the_diagram_shows_every_port() -> None:
    picture = (TERRAFORM / "network.svg").read_text()
    ports = {"443", "80", "5432", "6379", *re.findall(r"= (5\d{3})\b", MAIN)}
    assert [port for port in sorted(ports) if f":{port}" not in picture] == []


def test_terraform_is_formatted() -> None:
    test_static.test_configuration_is_formatted()
