"""The settings of all services, read from their pydantic classes by each service's own interpreter."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.paths import FOLDERS_WITH_ENVIRONMENT, ROOT, python_of
from tools.problem import Problem

BASE_CLASS = "(BaseSettings)"
READ = """
import importlib, json, sys
from pydantic_settings import BaseSettings

def text(value):
    value = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

def described(name, field):
    required = field.is_required()
    return name.upper(), "" if required else text(field.default), field.description or "", required

module = importlib.import_module(sys.argv[1])
classes = [one for one in vars(module).values()
           if isinstance(one, type) and issubclass(one, BaseSettings) and one.__module__ == module.__name__]
print(json.dumps([described(*field) for one in classes for field in one.model_fields.items()]))
"""
HEAD = """\
# Every setting with its default, written by `make format` from the settings classes of the services.
# `make up` needs none of them: it writes working values for this machine to .local/env. To change one, set it
# in the shell or copy its line to a file named .env.
"""


@dataclass(frozen=True)
class Setting:
    """An environment variable. ``default`` is empty where there is none."""

    name: str
    default: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Settings:
    """The settings of one program; ``folder`` has its README."""

    folder: str
    fields: tuple[Setting, ...]


# Read by the migrations alone, which have no settings class.
OWNER = Setting("DATABASE_URL", "", "Postgres as the role that owns the schema.", is_required=True)


@cache
def read() -> tuple[Settings, ...]:
    """All settings classes outside of tests."""
    listed = subprocess.check_output(
        ["git", "grep", "--untracked", "-lF", BASE_CLASS, "--", "*.py", ":!tests", ":!tools", ":!*/tests/*"],
        cwd=ROOT,
        text=True,
    )
    found = [_read(Path(name)) for name in sorted(listed.split())]
    return (Settings("migrations", (OWNER,)), *found)


def _read(path: Path) -> Settings:
    service = path.parts[0]
    if service not in FOLDERS_WITH_ENVIRONMENT:
        raise Problem(f"{path} has settings, but tools/paths.py knows no environment for {service}/.")
    module = ".".join(path.relative_to(service).with_suffix("").parts)
    output = subprocess.check_output([python_of(service), "-c", READ, module], cwd=ROOT / service, text=True)
    fields = tuple(Setting(*one) for one in json.loads(output.splitlines()[-1]))
    readme = next(folder for folder in path.parents if (ROOT / folder / "README.md").is_file())
    return Settings(str(readme), fields)


def table(settings: Settings) -> str:
    """The settings of one program as Markdown."""
    rows = [
        f"| `{one.name}` | {_default(one)} | {one.description.replace('|', chr(92) + '|')} |"
        for one in settings.fields
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows, ""])


def _default(one: Setting) -> str:
    return "required" if one.is_required else f"`{one.default}`" if one.default else ""


def example(programs: Iterable[Settings]) -> str:
    """The text of ``.env.example``, beginning with the settings that several programs read."""
    fields = [(program.folder, one) for program in programs for one in program.fields]
    by_name = {
        name: [pair for pair in fields if pair[1].name == name] for name in (one.name for _, one in fields)
    }
    groups: dict[str, list[str]] = {"several services": []}
    for name, readers in by_name.items():
        title = readers[0][0] if len(readers) == 1 else "several services"
        groups.setdefault(title, []).append(_line(name, readers))
    blocks = [f"# --- {title} ---\n" + "".join(lines) for title, lines in groups.items()]
    return "\n".join([HEAD, *blocks])


def _line(name: str, readers: list[tuple[str, Setting]]) -> str:
    """The assignment below its descriptions. Raises Problem for contradicting defaults."""
    defaults = {one.default for _, one in readers} - {""}
    if len(defaults) > 1:
        raise Problem(f"{name} has several defaults: {', '.join(sorted(defaults))}.")
    texts = {one.description for _, one in readers}
    comments = texts if len(texts) == 1 else [f"{folder}: {one.description}" for folder, one in readers]
    return "".join([*(f"# {comment}\n" for comment in comments), f"{name}={''.join(defaults)}\n"])
