"""``make test``, ``make lint``, ``make types``, ``make format`` and ``make deploy-check``.

python3 -m tools.check all | lint | types | format | deployment | test [FOLDER…] [-- PYTEST_ARGUMENT…]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tools import apt, environments
from tools.console import say
from tools.jobs import Count, Job, Outcome, run_all
from tools.paths import CACHE, ENVIRONMENTS, FOLDERS_WITH_ENVIRONMENT, LOCAL, ROOT, python_of
from tools.problem import Problem, dispatch, guarded
from tools.servers.instance import Instance
from tools.test_environment import clean_environment, servers, suite_environment

# Three more than cores: tests wait for timeouts, servers and browsers half of their time, most in the API.
WORKERS = (os.cpu_count() or 1) + 3
SUITES = ("api", "dash", "prefect", "tools", "locust")
# So that all workers finish at about the same time.
LONGEST_FIRST = ("dash-1", "api", "prefect-2", "prefect-1", "tools", "dash-2", "locust")
PROGRAMS = (
    "after_publishing",
    "expected_failures",
    "faults",
    "killed",
    "options",
    "program",
    "publish",
    "real_api",
    "serve",
)
PARTS = (1, 2)
COVERED = ("--cov", "--cov-report=term:skip-covered")
COVERED_IN_PART = ("--cov", "--cov-report=", "--cov-fail-under=0")
# The part of a suite that runs as a separate job: otherwise the suite would end long after the others.
SPLIT = {
    "dash": ("tests/browser",),
    "prefect": (
        "tests/integration/files",
        *(f"tests/integration/pipeline/test_{name}.py" for name in PROGRAMS),
    ),
}
LOGS = LOCAL / "test" / "logs"
REPORTS = LOCAL / "test" / "reports"


def tool(name: str) -> str:
    """A linter from the tools' environment."""
    return str(ENVIRONMENTS / "tools" / "bin" / name)


def workflow_linters() -> dict[str, list[str]]:
    """Linters of the GitHub workflows: syntax and expressions, security, and the schema of dependabot.yml."""
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.dependabot"]
    return {
        "actionlint": [tool("actionlint"), "-shellcheck", tool("shellcheck")],
        "zizmor": [tool("zizmor"), "--offline", "--quiet", "--min-severity", "low", ".github"],
        "dependabot": [*schema, ".github/dependabot.yml"],
    }


def completion_jobs() -> list[Job]:
    """Completes the environments, while linters and type checks already use them."""
    return [
        Job(f"complete {folder}", [sys.executable, "-m", "tools.environments", folder], ROOT, os.environ)
        for folder in environments.PREPARED_BY
    ]


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


def suite_jobs(suite: str, instance: Instance, arguments: Sequence[str], *, is_measured: bool) -> list[Job]:
    """A whole suite, in parts if it is long, with its coverage if measured; or the tests of ``arguments``."""
    if arguments:
        return [suite_job(suite, instance, arguments)]
    if suite not in SPLIT:
        return [suite_job(suite, instance, COVERED if is_measured else [])]
    measured = COVERED_IN_PART if is_measured else []
    rest = [f"--ignore={path}" for path in SPLIT[suite]]
    return [
        suite_job(suite, instance, [*measured, *SPLIT[suite]], part=1),
        suite_job(suite, instance, [*measured, *rest], part=2),
    ]


def suite_job(suite: str, instance: Instance, arguments: Sequence[str], part: int = 0) -> Job:
    name = f"{suite}-{part}" if part else suite
    report = REPORTS / f"{name}.xml"
    command = [str(python_of(suite)), "-m", "pytest", "-ra", f"--junitxml={report}"]
    command += ["-o", f"cache_dir={CACHE / 'pytest' / name}", *arguments]
    environment = suite_environment(suite, instance, name)
    if part:
        environment["COVERAGE_FILE"] = str(part_of_coverage(suite, part))
    return Job(f"pytest {name}", command, ROOT / suite, environment, report)


def turn(job: Job) -> int:
    """The place of a suite's job in the queue."""
    name = job.name.removeprefix("pytest ")
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


def part_of_coverage(suite: str, part: int) -> Path:
    return CACHE / "coverage" / suite / f"part-{part}"


def coverage_job(suite: str) -> Job:
    """The combined coverage of a suite's parts. It fails without the data of both."""
    environment = clean_environment(suite)
    Path(environment["COVERAGE_FILE"]).unlink(missing_ok=True)
    coverage, parts = [str(python_of(suite)), "-m", "coverage"], [part_of_coverage(suite, n) for n in PARTS]
    combine = [*coverage, "combine", "--keep", "--quiet", *map(str, parts)]
    subprocess.run(combine, cwd=ROOT / suite, env=environment, check=False)
    return Job(f"coverage {suite}", [*coverage, "report", "--skip-covered"], ROOT / suite, environment)


def run_suites(
    suites: Sequence[str],
    arguments: Sequence[str],
    needed: Sequence[Job] = (),
    first: Sequence[Job] = (),
    *,
    is_measured: bool,
) -> list[Outcome]:
    """Run the suites after the jobs that they need, with other jobs before them in the same queue.

    The coverage of split suites comes at the end.
    """
    split_suites = [suite for suite in suites if suite in SPLIT and is_measured and not arguments]
    # Here and not in the jobs: a test that runs them concurrently would delete the coverage data of a part.
    for suite in split_suites:
        for part in PARTS:
            part_of_coverage(suite, part).unlink(missing_ok=True)
    with servers() as instance:
        jobs = [
            job for suite in suites for job in suite_jobs(suite, instance, arguments, is_measured=is_measured)
        ]
        after = tuple(job.name for job in needed)
        queue = [*needed, *first, *(replace(job, after=after) for job in sorted(jobs, key=turn))]
        outcomes = run_all(queue, LOGS, WORKERS)
    return outcomes + run_all(map(coverage_job, split_suites), LOGS, 1)


def format_all() -> int:
    """Apply ruff's fixes, and write the generated documents."""
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
    """Run the named suites, or all; a whole suite must reach its coverage limit."""
    suites, pytest_arguments = parse_suites(arguments)
    needs = apt.of_tests(suites)
    if "tools" in suites and "slow" in pytest_arguments:
        needs.append("prometheus")
    # Migrations come from the API's environment; the suites of tools and locust use every environment.
    is_wide = bool({"tools", "locust"} & set(suites))
    environments.ensure_with_packages(FOLDERS_WITH_ENVIRONMENT if is_wide else {"api", *suites}, *needs)
    return summarize(run_suites(suites, pytest_arguments, is_measured=True))


def check_all() -> int:
    """Run everything, quick checks first; without coverage, which takes a fifth of the time."""
    environments.ensure_with_packages(FOLDERS_WITH_ENVIRONMENT, *apt.of_tests(), completes=False)
    quick = [*lint_jobs(), *type_jobs()]
    return summarize(run_suites(SUITES, [], completion_jobs(), quick, is_measured=False))


def deployment(arguments: list[str]) -> int:
    """Run the tests that need Terraform, an emulated account or a container engine; lists skipped tests."""
    environments.ensure_with_packages([*FOLDERS_WITH_ENVIRONMENT, "terraform"])
    command = [str(python_of("tools")), "-m", "pytest", "-v", "-ra", "-p", "no:cacheprovider"]
    command += ["-m", "deployment", *arguments]
    return subprocess.run(command, cwd=ROOT / "tools", env=clean_environment("tools"), check=False).returncode


def parse_suites(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Suites before ``--``, arguments of pytest after it. Raises Problem for an unknown suite."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    suites = arguments[:end] or list(SUITES)
    if unknown := set(suites) - set(SUITES):
        raise Problem(f"no such suite: {', '.join(sorted(unknown))}; choose from {', '.join(SUITES)}.")
    return suites, arguments[end + 1 :]


def summarize(outcomes: list[Outcome]) -> int:
    """Print the failures, and finally the line with all counts; returns the exit code."""
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
    sys.exit(guarded(lambda: dispatch(COMMANDS)))
