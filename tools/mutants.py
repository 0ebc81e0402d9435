"""``make mutants``: change the code in small ways with cosmic-ray, and list the changes that no test notices.

make mutants ARGS="[NAME…]"     names are those of tools/mutants.toml; all of them take hours

Each name is tried on a copy of its service under .local, and replaces its own section of docs/mutants.md.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools import environments
from tools.check import tool
from tools.console import say, step
from tools.paths import FOLDERS_WITH_ENVIRONMENT, LOCAL, ROOT, python_of
from tools.problem import Problem, guarded
from tools.servers.instance import Instance
from tools.test_environment import servers, suite_environment

CONFIGURATION = ROOT / "tools" / "mutants.toml"
REPORT = ROOT / "docs" / "mutants.md"
WORK = LOCAL / "mutants"
# Type hints are not executed, and bit operators or identity are unlikely to be confused with other operators.
SETTINGS = """[cosmic-ray]
module-path = {files}
test-command = {tests}
timeout = 300
excluded-modules = []
distributor.name = "local"
filters.operators-filter.exclude-operators = ["core/Replace.*Operator_(Bit.*|.*_(Bit|.*Shift|Is).*|Is.*)"]
"""
SECTION = re.compile(r"^## ([\w-]+)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Target:
    """Modules of a service, and the tests that should notice changes in them."""

    name: str
    service: str
    modules: list[str]
    tests: list[str]

    def files(self) -> list[Path]:
        """The modules, relative to the service. Raises Problem for a pattern that matches nothing."""
        folder = ROOT / self.service
        found = {pattern: sorted(folder.glob(pattern)) for pattern in self.modules}
        if empty := [pattern for pattern, paths in found.items() if not paths]:
            raise Problem(f"{CONFIGURATION.name}, {self.name}: nothing matches {', '.join(empty)}.")
        return [path.relative_to(folder) for paths in found.values() for path in paths]


def targets() -> dict[str, Target]:
    """Everything that the configuration declares, by name."""
    return {name: Target(name, **one) for name, one in tomllib.loads(CONFIGURATION.read_text()).items()}


def run(target: Target, instance: Instance) -> str:
    """Try every mutant; returns cosmic-ray's dump of the results."""
    copy = WORK / target.name / target.service
    shutil.rmtree(copy.parent, ignore_errors=True)
    shutil.copytree(ROOT / target.service, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for other in set(FOLDERS_WITH_ENVIRONMENT) - {target.service}:
        (copy.parent / other).symlink_to(ROOT / other)
    session, settings = str(copy.parent / "session.sqlite"), str(copy.parent / "settings.toml")
    Path(settings).write_text(_settings(target))
    environment = suite_environment(target.service, instance, target.service)
    environment["PYTHONPYCACHEPREFIX"] = str(copy.parent / "pycache")
    with step(f"Trying the mutants of {target.name}"):
        for command in (
            # In place of cosmic-ray's baseline, under which Python keeps no compiled modules: compiling all
            # packages again for each change takes longer than most tests.
            test_command(target),
            [tool("cosmic-ray"), "init", settings, session],
            [tool("cr-filter-operators"), session, settings],
            [tool("cosmic-ray"), "exec", settings, session],
        ):
            subprocess.run(command, cwd=copy, env=environment, check=True)
    return subprocess.check_output([tool("cosmic-ray"), "dump", session], cwd=copy, text=True)


def test_command(target: Target) -> list[str]:
    return [str(python_of(target.service)), "-m", "pytest", "-x", "-q", "--no-cov", *target.tests]


def _settings(target: Target) -> str:
    return SETTINGS.format(
        files=json.dumps([str(path) for path in target.files()]),
        tests=json.dumps(shlex.join(test_command(target))),
    )


def section(target: Target, dump: str) -> str:
    """The result of cosmic-ray as Markdown: counts, and each survivor with its change."""
    tried = [(item, result) for item, result in map(json.loads, dump.splitlines()) if result["test_outcome"]]
    survivors = [(item, result) for item, result in tried if result["test_outcome"] == "survived"]
    modules, day = ", ".join(target.modules), time.strftime("%Y-%m-%d", time.gmtime())
    lines = [f"## {target.name}", "", f"{day}: {len(tried)} changes of {modules} in `{target.service}/`,"]
    lines.append(f"{len(survivors)} survived.")
    for item, result in survivors:
        mutation = item["mutations"][0]
        changed = [line for line in (result["diff"] or "").splitlines() if re.match(r"[-+](?![-+])", line)]
        place = f"`{mutation['module_path']}` line {mutation['start_pos'][0]}"
        lines += ["", f"{place}:", "", "```diff", *changed, "```"]
    return "\n".join([*lines, ""])


def write(name: str, text: str, report: Path = REPORT) -> None:
    """Replace the section of this name, or append it."""
    old = report.read_text()
    kept = SECTION.sub(lambda found: "" if found[1] == name else found[0], old)
    report.write_text(f"{kept.rstrip()}\n\n{text.rstrip()}\n")


def main() -> int:
    known = targets()
    names = sys.argv[1:] or list(known)
    if unknown := set(names) - known.keys():
        raise Problem(f"no such name: {', '.join(sorted(unknown))}; choose from {', '.join(known)}.")
    environments.ensure_with_packages(FOLDERS_WITH_ENVIRONMENT)
    with servers() as instance:
        for name in names:
            write(name, section(known[name], run(known[name], instance)))
    say(f"• {REPORT.relative_to(ROOT)} lists the changes that no test noticed.")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
