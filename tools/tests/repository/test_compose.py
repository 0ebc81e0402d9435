"""The Compose files: valid, ordered, hardened, closed, and consistent with the versions in other files."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml

from tools import settings
from tools.check import tool
from tools.paths import ROOT
from tools.tests.repository import compose
from tools.tests.repository.compose import DEVELOPMENT, TWIN
from tools.tests.repository.sources import files

SECRET = re.compile(r"PASSWORD|TOKEN|KEY|SECRET|_URL$")
MONITORING = {"prometheus", "grafana"}
LOAD = {"load", "load-master", "load-worker"}
OURS = {"migrate", "api", "reports", "ingest", "pipeline", "portal", *LOAD}
# The RDS and ElastiCache modules of Terraform take versions; workflows name images.
VERSION = r"\s+= \"(\d+)[.\d]*\""
IN_TERRAFORM = {"postgres": "database_engine_version", "redis": "cache_engine_version"}
IN_IMAGE = {"postgres": r"FROM docker\.io/library/postgres:(\d+)", "redis": r"image: redis:(\d+)"}

both = pytest.mark.parametrize("chosen", [DEVELOPMENT, TWIN], ids=["development", "production"])


def test_both_files_fit_the_schema() -> None:
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *TWIN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@both
def test_compose_accepts_it_with_every_profile(chosen: tuple[str, ...]) -> None:
    assert compose.services(chosen).keys() == {"db", "redis", *MONITORING, *OURS}


@both
def test_nothing_starts_while_a_secret_is_missing(chosen: tuple[str, ...]) -> None:
    values = compose.values_for(chosen)
    for name in values:
        rest = {other: value for other, value in values.items() if other != name}
        done = compose.call(chosen, rest, "-q")
        assert (done.returncode != 0, name in done.stderr) == (True, True), name


def test_secrets_have_no_default() -> None:
    """An empty value counts as none; every other value comes from outside."""
    defaults = re.findall(r"\$\{([A-Z_]+):-([^}]+)\}", compose.text_of(TWIN))
    assert {name for name, _ in defaults if re.search(r"PASSWORD|TOKEN|KEY|SECRET", name)} == set()


@both
def test_no_secret_is_written_down(chosen: tuple[str, ...]) -> None:
    """With other values in the environment, every secret of every service differs."""
    values = compose.values_for(chosen)
    secrets = {name for name in values if re.search(r"PASSWORD|TOKEN", name)}
    resolved = compose.call(chosen, values, "--format", "json").stdout
    other = compose.call(chosen, values | dict.fromkeys(secrets, "z"), "--format", "json").stdout
    assert all(name.lower() in resolved for name in secrets)
    assert not any(name.lower() in other for name in secrets)


def test_production_names_no_address_of_one_machine() -> None:
    """A default that works on a developer's machine must be set explicitly in production."""
    local = {
        (service, name)
        for service, described in compose.services(TWIN).items()
        for name, value in (described.get("environment") or {}).items()
        if service not in {*MONITORING, *LOAD} and "localhost" in str(value)
    }
    assert local == set()


@both
def test_only_the_public_servers_publish_ports(chosen: tuple[str, ...]) -> None:
    published = {
        name: {port["host_ip"] for port in service["ports"]}
        for name, service in compose.services(chosen).items()
        if "ports" in service
    }
    assert published == {"api": {"127.0.0.1"}, "reports": {"127.0.0.1"}, "grafana": {"127.0.0.1"}}


@both
def test_every_container_is_hardened(chosen: tuple[str, ...]) -> None:
    for name, service in compose.services(chosen).items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "/tmp:mode=1777" in service["tmpfs"], name  # noqa: S108 - inside the container
        assert not service.keys() & {"privileged", "cap_add", "network_mode", "pid", "ipc"}, name


@both
def test_pipeline_writes_the_files_that_the_api_serves(chosen: tuple[str, ...]) -> None:
    found = compose.services(chosen)
    mounts = {
        name: [(item["source"], item["target"], item.get("read_only", False)) for item in service["volumes"]]
        for name, service in found.items()
        if name in {"ingest", "pipeline", "api"}
    }
    writable, readable = [("files", "/files", False)], [("files", "/files", True)]
    assert mounts == {
        "ingest": writable,
        "pipeline": writable,
        "api": [*readable, ("exports", "/exports", False)],
    }
    assert {found[name]["environment"]["FILES_LOCATION"] for name in mounts} == {"/files"}
    assert found["api"]["environment"]["EXPORTS_FOLDER"] == "/exports"


@both
def test_every_container_has_limits(chosen: tuple[str, ...]) -> None:
    for name, service in compose.services(chosen).items():
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}, name


def test_production_needs_as_many_cores_as_documented() -> None:
    """Docker rejects a container that may use more CPUs than the machine has."""
    limits = [each["deploy"]["resources"]["limits"]["cpus"] for each in compose.services(TWIN).values()]
    found = re.search(r"The machine needs (\d+) cores", (ROOT / "docs/images.md").read_text())
    assert found
    assert int(found[1]) == max(map(float, limits))


@both
def test_the_servers_do_not_run_as_root_and_cannot_be_reached_from_outside(chosen: tuple[str, ...]) -> None:
    found = compose.services(chosen)
    assert {name: found[name]["user"] for name in ("db", "redis")} == {"db": "postgres", "redis": "redis"}
    assert {name: set(found[name]["networks"]) for name in ("db", "redis")} == {
        "db": {"database"},
        "redis": {"cache"},
    }
    assert compose.text_of(DEVELOPMENT).count("{internal: true}") == 2


def test_services_start_in_the_order_in_which_they_need_each_other() -> None:
    order = {
        name: {other: needed["condition"] for other, needed in service.get("depends_on", {}).items()}
        for name, service in compose.services(DEVELOPMENT).items()
    }
    assert order["migrate"] == {"db": "service_healthy"}
    served = {"migrate": "service_completed_successfully", "redis": "service_healthy"}
    assert (order["api"], order["reports"]) == (served, served)
    assert order["ingest"] == {"api": "service_healthy", "portal": "service_healthy"}
    assert order["pipeline"] == {"ingest": "service_completed_successfully"}


def test_every_service_that_others_wait_for_has_a_health_check() -> None:
    """The service's own check, or the one in its Dockerfile."""
    found = compose.services(DEVELOPMENT)
    awaited = {
        other
        for service in found.values()
        for other, needed in service.get("depends_on", {}).items()
        if needed["condition"] == "service_healthy"
    }
    for name in awaited:
        if "healthcheck" not in found[name]:
            dockerfile = (ROOT / found[name]["build"]["context"] / "Dockerfile").read_text()
            assert re.search(r"^HEALTHCHECK --", dockerfile, re.MULTILINE), name


def test_production_runs_published_digests_as_production() -> None:
    found = compose.services(TWIN)
    deployed = OURS - {"portal", *LOAD}
    assert {name for name in OURS if found[name]["image"] == compose.DIGEST} == deployed
    assert {found[name]["environment"].get("STAGE") for name in deployed - {"migrate"}} == {"prod"}


@both
def test_compose_passes_on_known_settings_only(chosen: tuple[str, ...]) -> None:
    """Except for those of Prefect and uvicorn."""
    known = {*settings.documented(), "FORWARDED_ALLOW_IPS"}
    for name in OURS:
        handed_on = compose.services(chosen)[name].get("environment") or {}
        foreign = {variable for variable in handed_on if not variable.startswith("PREFECT_")}
        assert foreign - known == set(), name


def test_every_variable_of_compose_is_documented() -> None:
    described = (ROOT / "docs" / "images.md").read_text()
    named = set(compose.NAMED.findall(compose.text_of(TWIN)))
    assert {name for name in named - set(settings.documented()) if f"`{name}`" not in described} == set()


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_compose_terraform_and_workflows_have_the_same_major_version(server: str) -> None:
    variables = (ROOT / "terraform" / "variables.tf").read_text()
    block = variables.split(f'variable "{IN_TERRAFORM[server]}"')[1].split("\n}\n")[0]
    declared = set(re.findall("default" + VERSION, block))
    in_compose = set(re.findall(IN_IMAGE[server], compose.text_of(TWIN)))
    workflows = [path for path in files() if path.parts[:2] == (".github", "workflows")]
    in_workflows = {
        found for path in workflows for found in re.findall(IN_IMAGE[server], (ROOT / path).read_text())
    }
    assert len(in_compose) == 1
    assert in_compose == declared
    assert in_workflows <= in_compose


def test_a_portal_that_is_down_does_not_keep_the_schedule_from_starting() -> None:
    assert "--scheduled-later" in compose.services(DEVELOPMENT)["ingest"]["command"]


def test_the_monitoring_asks_for_metrics_that_the_services_have() -> None:
    """Names of metrics in rules and dashboard are those in the code."""
    code = "".join(
        (ROOT / path).read_text()
        for path in ("api/lacity_data_api/metrics.py", "dash/telemetry.py", "prefect/pipeline/metrics.py")
    )
    board = (ROOT / "monitoring" / "grafana" / "311.json").read_text()
    rules = (ROOT / "monitoring" / "objectives.yml").read_text()
    asked = set(re.findall(r"\b(?:api|reports|pipeline)_[a-z_]+", board + rules))
    bare = {re.sub("_(bucket|count)$", "", name) for name in asked}
    known = {name for name in bare if name in code or name.removeprefix("pipeline_last_run_") in code}
    assert len(bare) > 12
    assert bare - known == set()


def test_prometheus_scrapes_the_three_services_where_they_listen() -> None:
    jobs = yaml.safe_load((ROOT / "monitoring" / "prometheus.yml").read_text())["scrape_configs"]
    targets = {job["job_name"]: job["static_configs"][0]["targets"][0].partition(":") for job in jobs}
    assert {name: host for name, (host, _, _) in targets.items()} == {name: name for name in targets}
    assert targets["api"][2] == settings.PORTS["API_PORT"]
    assert targets["reports"][2] == settings.PORTS["REPORTS_PORT"]
    port = compose.services(DEVELOPMENT)["pipeline"]["environment"]["METRICS_PORT"]
    assert targets["pipeline"][2] == port
