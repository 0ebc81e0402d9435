"""``make test``, ``lint``, ``types``: every check there is, each runnable alone.

python3 -m tools.check all | lint | format | types | test [FOLDER…] [-- PYTEST_ARGUMENT…]
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from tools import apt, environments
from tools.console import say
from tools.jobs import Count, Job, Outcome, Runner
from tools.paths import CACHE, ENVIRONMENTS, LOCAL, ROOT, python_of
from tools.problem import Problem, guarded
from tools.servers.instance import Instance
from tools.test_environment import clean_environment, servers, test_variables

# As many as a small machine has cores: a third makes browsers late, and the whole no quicker.
AT_ONCE = 2
# The longest first, so that those beside each other end at about the same time.
SUITES = ("dash", "prefect", "api", "tools", "locust")
NEEDS_BROWSER = {"dash"}
LOGS = LOCAL / "test" / "logs"
REPORTS = LOCAL / "test" / "reports"
YAML = ("*.yml", "*.yaml")


def tool(name: str) -> str:
    """A linter of the tools' environment."""
    return str(ENVIRONMENTS / "tools" / "bin" / name)


def _yaml_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *YAML],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return listed.split()


def lint_jobs() -> list[Job]:
    environment = clean_environment("tools")
    jobs = [
        Job("ruff check", [tool("ruff"), "check", "."], ROOT, environment),
        Job("ruff format", [tool("ruff"), "format", "--check", "."], ROOT, environment),
        Job("generated", [sys.executable, "-m", "tools.generated", "--check"], ROOT, environment),
        Job("locks", [sys.executable, "-m", "tools.lock", "--check"], ROOT, environment),
    ]
    if files := _yaml_files():
        jobs.append(Job("yamllint", [tool("yamllint"), "--strict", *files], ROOT, environment))
    jobs += [Job(name, command, ROOT, environment) for name, command in workflow_commands().items()]
    return jobs


def workflow_commands() -> dict[str, list[str]]:
    """Linters of GitHub's workflows: syntax and expressions, security, and the form of dependabot.yml."""
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.dependabot"]
    return {
        "actionlint": [tool("actionlint"), "-shellcheck", tool("shellcheck")],
        "zizmor": [tool("zizmor"), "--offline", "--quiet", "--min-severity", "low", ".github"],
        "dependabot": [*schema, ".github/dependabot.yml"],
        "shellcheck": [tool("shellcheck"), ".ci/run"],
    }


def type_jobs() -> list[Job]:
    """Type checks per folder, from inside it, with the packages of its own environment."""
    return [
        Job(
            f"mypy {folder}",
            [tool("mypy"), "--python-executable", str(python_of(folder)), *_mypy_targets(ROOT / folder)],
            ROOT / folder,
            clean_environment(folder),
        )
        for folder in environments.locked_folders()
    ]


def _mypy_targets(folder: Path) -> list[str]:
    configured = tomllib.loads((folder / "pyproject.toml").read_text()).get("tool", {}).get("mypy", {})
    return [] if configured.keys() & {"files", "packages", "modules"} else ["."]


def test_job(suite: str, instance: Instance, arguments: list[str]) -> Job:
    """A suite with its coverage, whose floor is in the folder's pyproject; not when only a part runs."""
    report = REPORTS / f"{suite}.xml"
    command = [str(python_of(suite)), "-m", "pytest", "-ra", f"--junitxml={report}"]
    command += ["-o", f"cache_dir={CACHE / 'pytest' / suite}"]
    command += arguments or ["--cov", "--cov-report=term:skip-covered"]
    environment = clean_environment(suite) | test_variables(instance, suite)
    return Job(f"pytest {suite}", command, ROOT / suite, environment, report)


def format_all(_: list[str]) -> int:
    environments.ensure(["tools"])
    environment = clean_environment("tools")
    codes = [
        subprocess.run([tool("ruff"), *arguments], cwd=ROOT, env=environment, check=False).returncode
        for arguments in (["check", "--fix", "."], ["format", "."])
    ]
    return max(codes)


def _run(jobs: list[Job]) -> list[Outcome]:
    return Runner(LOGS, AT_ONCE).run(jobs)


def lint(_: list[str]) -> list[Outcome]:
    environments.ensure(environments.locked_folders())
    return _run(lint_jobs())


def types(_: list[str]) -> list[Outcome]:
    environments.ensure(environments.locked_folders())
    return _run(type_jobs())


def test(arguments: list[str]) -> list[Outcome]:
    """The suites named, or all."""
    suites, pytest_arguments = _split(arguments)
    apt.ensure(browser=bool(NEEDS_BROWSER & set(suites)))
    # Migrations come from the API's environment whatever the suite; the tools' own tests look at all.
    environments.ensure(
        environments.locked_folders() if {"tools", "locust"} & set(suites) else {"api", *suites}
    )
    with servers() as instance:
        return _run([test_job(suite, instance, pytest_arguments) for suite in suites])


def check_all(_: list[str]) -> list[Outcome]:
    apt.ensure(browser=True)
    environments.ensure(environments.locked_folders())
    quick = _run([*lint_jobs(), *type_jobs()])
    with servers() as instance:
        return quick + _run([test_job(suite, instance, []) for suite in SUITES])


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Suites before ``--``, what goes to pytest after it."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    suites = arguments[:cut] or list(SUITES)
    if unknown := set(suites) - set(SUITES):
        raise Problem(f"no such suite: {', '.join(sorted(unknown))}. There are {', '.join(SUITES)}.")
    return suites, arguments[cut + 1 :]


def summarise(outcomes: list[Outcome]) -> int:
    """Name what failed, then close with one line for all; returns the exit code."""
    bad = [outcome for outcome in outcomes if not outcome.is_good]
    say("")
    for outcome in bad:
        say(f"FAILED: {outcome.job.name} (exit code {outcome.exit_code})")
    say(str(sum((outcome.count for outcome in outcomes), Count())))
    return 1 if bad or not outcomes else 0


COMMANDS: dict[str, Callable[[list[str]], list[Outcome]]] = {
    "all": check_all,
    "lint": lint,
    "types": types,
    "test": test,
}


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    name, *arguments = sys.argv[1:] or [""]
    if name == "format":
        return format_all(arguments)
    if name not in COMMANDS:
        raise Problem(f"one of format, {', '.join(COMMANDS)} is needed.")
    return summarise(COMMANDS[name](arguments))


if __name__ == "__main__":
    sys.exit(guarded(main))
