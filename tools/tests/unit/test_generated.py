"""Tables and `.env.example` from the code."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tools.generated import __main__ as generated
from tools.generated import badges, settings_classes, small_tables
from tools.generated.settings_classes import Setting, Settings
from tools.paths import ROOT
from tools.problem import Problem

PORT = Setting("API_PORT", "5000", "Port of the API.", is_required=False)
LEVEL = Setting("LOG_LEVEL", "INFO", "How much is logged.", is_required=False)
URL = Setting("DATABASE_URL", "", "The database.", is_required=True)


def test_a_setting_of_one_program_is_below_its_name() -> None:
    text = settings_classes.example([Settings("api", (PORT,))])
    assert text.endswith("# --- api ---\n# Port of the API.\nAPI_PORT=5000\n")


def test_a_shared_setting_occurs_once() -> None:
    text = settings_classes.example([Settings("api", (LEVEL, PORT)), Settings("dash", (LEVEL,))])
    assert text.count("LOG_LEVEL=INFO") == 1
    assert "# --- several services ---\n# How much is logged.\nLOG_LEVEL=INFO\n" in text


def test_programs_may_describe_a_setting_differently() -> None:
    other = Setting("LOG_LEVEL", "INFO", "Level of the log.", is_required=False)
    text = settings_classes.example([Settings("api", (LEVEL,)), Settings("dash", (other,))])
    assert "# api: How much is logged.\n# dash: Level of the log.\nLOG_LEVEL=INFO\n" in text


def test_contradicting_defaults_are_a_problem() -> None:
    other = Setting("LOG_LEVEL", "DEBUG", "How much is logged.", is_required=False)
    with pytest.raises(Problem, match="LOG_LEVEL has several defaults: DEBUG, INFO"):
        settings_classes.example([Settings("api", (LEVEL,)), Settings("dash", (other,))])


def test_table_of_settings_says_what_is_required() -> None:
    lines = settings_classes.table(Settings("api", (PORT, URL))).splitlines()
    assert lines[2:] == [
        "| `API_PORT` | `5000` | Port of the API. |",
        "| `DATABASE_URL` | required | The database. |",
    ]


def test_settings_are_read_from_the_classes() -> None:
    """Secrets unmasked, numbers and booleans as written in the environment."""
    fields = {one.name: one for program in settings_classes.read() for one in program.fields}
    assert fields["API_PORT"].default == "5000"
    assert fields["DATABASE_READER_URL"].is_required
    assert fields["ADMIN_TOKEN"].default == ""
    assert fields["PORTAL_ADMIN"].default == "false"


def test_exit_codes_are_in_order() -> None:
    assert small_tables.exit_code_table({20: "data", 0: "fine"}).splitlines()[2:] == [
        "| 0 | fine |",
        "| 20 | data |",
    ]


def test_targets_show_their_variables_as_code() -> None:
    makefile = 'up: ## Run; DETACH=1 returns\n\t@up\nload: ## Load; ARGS="--url X" for a running one\n'
    assert small_tables.target_table(makefile).splitlines()[2:] == [
        "| `make up` | Run; `DETACH=1` returns |",
        '| `make load` | Load; `ARGS="--url X"` for a running one |',
    ]


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of one document and of `.env.example`, in place of all documents."""
    for name in ("README.md", ".env.example", "Makefile", "LICENSE", "CHANGES.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / badges.FOLDER, tmp_path / badges.FOLDER)
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    monkeypatch.setattr(generated, "_markdown_files", lambda: [tmp_path / "README.md"])
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["generated", *arguments])
    return generated.main()


def test_a_stale_document_is_named_and_then_written(
    documents: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    assert run(monkeypatch, "--check") == 0
    readme = documents / "README.md"
    fresh = readme.read_text()
    readme.write_text(re.sub(r"\| `make up` .*\n", "", fresh))
    assert run(monkeypatch, "--check") == 1
    assert "README.md is stale: run `make format` and commit it" in capsys.readouterr().out
    assert run(monkeypatch) == 0
    assert readme.read_text() == fresh


def test_an_unknown_table_lists_the_known_ones(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (documents / "README.md").write_text("<!-- generated: nonsense -->\n<!-- end -->\n")
    with pytest.raises(Problem, match="no table 'nonsense', only exit codes, growth, settings api"):
        run(monkeypatch, "--check")
