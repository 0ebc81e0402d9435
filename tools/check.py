"""``make test``, ``make lint``, ``make types``, ``make format`` and ``make deploy-check``.

python3 -m tools.check all | lint | types | format | deployment | test [FOLDER…] [-- PYTEST_ARGUMENT…]
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from tools import apt, environments
from tools.console import say
from tools.jobs import Count, Job, Outcome, run_all
from tools.paths import CACHE, ENVIRONMENTS, FOLDERS_WITH_ENVIRONMENT, LOCAL, ROOT, python_of
from tools.problem import Problem, dispatch, guarded
from tools.servers.instance import Instance
from tools.test_environment import clean_environment, servers, test_variables

# A third at a time slows the browser tests, and the whole takes no less time on two cores.
WORKERS = 2
# The longest first, so that both workers end at about the same time.
SUITES = ("dash", "prefect", "api", "tools", "locust")
NEEDS_BROWSER = {"dash"}
LOGS = LOCAL / "test" / "logs"
REPORTS = LOCAL / "test" / "reports"


def tool(name: str) -> str:
    """A linter of the tools' environment."""
    return str(ENVIRONMENTS / "tools" / "bin" / name)


def workflow_linters() -> dict[str, list[str]]:
    """Linters of the GitHub workflows: syntax and expressions, security, and the form of dependabot.yml."""
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.dependabot"]
    return {
        "actionlint": [tool("actionlint"), "-shellcheck", tool("shellcheck")],
        "zizmor": [tool("zizmor"), "--offline", "--quiet", "--min-severity", "low", ".github"],
        "dependabot": [*schema, ".github/dependabot.yml"],
    }


def lint_jobs() -> list[Job]:
    commands = {
        "ruff check": [tool("ruff"), "check", "."],
        "ruff format": [tool("ruff"), "format", "--check", "."],
        "generated": [sys.executable, "-m", "tools.generated", "--check"],
        "locks": [sys.executable, "-m", "tools.lock", "--check"],
        "shellcheck": [tool("shellcheck"), ".ci/run"],
        "yamllint": [tool("yamllint"), "--strict", "."],
        **workflow_linters(),
    }
    return [Job(name, command, ROOT, clean_environment("tools")) for name, command in commands.items()]


def type_jobs() -> list[Job]:
    """Type checks per folder, from inside it, with the packages of its own environment."""
    mypy = [tool("mypy"), "--python-executable"]
    return [
        Job(
            f"mypy {folder}",
            [*mypy, str(python_of(folder))],
            ROOT / folder,
            clean_environment(folder),
        )
        for folder in FOLDERS_WITH_ENVIRONMENT
    ]


def test_job(suite: str, instance: Instance, arguments: Sequence[str]) -> Job:
    """A whole suite with its coverage, or the part that the arguments select."""
    report = REPORTS / f"{suite}.xml"
    command = [str(python_of(suite)), "-m", "pytest", "-ra", f"--junitxml={report}"]
    command += ["-o", f"cache_dir={CACHE / 'pytest' / suite}"]
    command += arguments or ["--cov", "--cov-report=term:skip-covered"]
    environment = clean_environment(suite) | test_variables(instance, suite)
    return Job(f"pytest {suite}", command, ROOT / suite, environment, report)


def format_all() -> int:
    """Let ruff repair what it can, and write the generated documents."""
    environments.ensure(FOLDERS_WITH_ENVIRONMENT)
    ruff = tool("ruff")
    commands = (
        [ruff, "check", "--fix", "."],
        [ruff, "format", "."],
        [sys.executable, "-m", "tools.generated"],
    )
    environment = clean_environment("tools")
    return max(subprocess.run(each, cwd=ROOT, env=environment, check=False).returncode for each in commands)


def check(jobs: Callable[[], list[Job]]) -> int:
    environments.ensure(FOLDERS_WITH_ENVIRONMENT)
    return summarize(run_all(jobs(), LOGS, WORKERS))


def test(arguments: list[str]) -> int:
    """The suites named, or all."""
    suites, pytest_arguments = split(arguments)
    apt.ensure(browser=bool(NEEDS_BROWSER & set(suites)), jing="api" in suites)
    # Migrations come from the API's environment; the suites of tools and locust use every environment.
    is_wide = bool({"tools", "locust"} & set(suites))
    environments.ensure(FOLDERS_WITH_ENVIRONMENT if is_wide else {"api", *suites})
    with servers() as instance:
        jobs = [test_job(suite, instance, pytest_arguments) for suite in suites]
        return summarize(run_all(jobs, LOGS, WORKERS))


def check_all() -> int:
    """Everything, the quick checks first."""
    apt.ensure(browser=True, jing=True)
    environments.ensure(FOLDERS_WITH_ENVIRONMENT)
    quick = run_all([*lint_jobs(), *type_jobs()], LOGS, WORKERS)
    with servers() as instance:
        jobs = [test_job(suite, instance, []) for suite in SUITES]
        return summarize(quick + run_all(jobs, LOGS, WORKERS))


def deployment(arguments: list[str]) -> int:
    """The tests that need Terraform, an emulated account or a container engine, with what was skipped."""
    apt.ensure()
    environments.ensure([*FOLDERS_WITH_ENVIRONMENT, "terraform"])
    command = [str(python_of("tools")), "-m", "pytest", "-v", "-ra", "-p", "no:cacheprovider"]
    command += ["-m", "deployment", *arguments]
    return subprocess.run(command, cwd=ROOT / "tools", env=clean_environment("tools"), check=False).returncode


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Suites before ``--``, arguments of pytest after it. Raises Problem for an unknown suite."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    suites = arguments[:end] or list(SUITES)
    if unknown := set(suites) - set(SUITES):
        raise Problem(f"no such suite: {', '.join(sorted(unknown))}; choose from {', '.join(SUITES)}.")
    return suites, arguments[end + 1 :]


def summarize(outcomes: list[Outcome]) -> int:
    """Print what failed, and last the line with all counts; returns the exit code."""
    failed = [outcome for outcome in outcomes if not outcome.is_good]
    say("")
    for outcome in failed:
        say(f"FAILED: {outcome.job.name} (exit code {outcome.exit_code})")
    say(str(sum((outcome.count for outcome in outcomes), Count())))
    return int(bool(failed) or not outcomes)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "all": lambda _: check_all(),
    "deployment": deployment,
    "format": lambda _: format_all(),
    "lint": lambda _: check(lint_jobs),
    "types": lambda _: check(type_jobs),
    "test": test,
}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(guarded(lambda: dispatch(COMMANDS)))
