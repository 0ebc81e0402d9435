"""The metrics that CloudWatch derives from log lines: each filter matches lines that the services write."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from tools.paths import ROOT, python_of

MODULES = ROOT / "terraform" / "modules"
API = """
from lacity_data_api.http.access_log import Outcome, _line
scope = {"method": "GET", "path": "/councils", "query_string": b"", "client": ("127.0.0.1", 1)}
print(_line(0.0, b"id", Outcome.of(scope, "/councils", 200, 1), 0.5, "127.0.0.1").decode())
"""
REPORTS = """
import logs
import telemetry
from flask import Flask
logs.configure("INFO")
server = Flask("reports")
telemetry.watch(server, "")
server.test_client().get("/recent")
"""
PIPELINE = """
import logging
from pipeline.log_lines import JsonLines
from pipeline.metrics import LAST
record = logging.LogRecord("pipeline", logging.INFO, "", 0, "figures of the run", (), None)
record.figures = dict.fromkeys(LAST, 1)
print(JsonLines().format(record))
"""


def line_of(folder: str, program: str) -> dict[str, Any]:
    """The log line that a program in a service's environment writes."""
    command = [str(python_of(folder)), "-c", program]
    written = subprocess.check_output(command, cwd=ROOT / folder, text=True)
    line: dict[str, Any] = json.loads(written.strip().splitlines()[-1])
    return line


@pytest.mark.parametrize(("folder", "program"), [("api", API), ("dash", REPORTS)])
def test_access_logs_have_what_the_filter_of_seconds_reads(folder: str, program: str) -> None:
    source = (MODULES / "service" / "metrics.tf").read_text()
    line = line_of(folder, program)
    assert set(re.findall(r"\$\.(\w+)", source)) == {"logger", "route", "seconds"} <= set(line)
    assert line["logger"] == "access"
    assert isinstance(line["seconds"], float)


def test_the_line_of_a_run_has_every_figure_that_a_filter_reads() -> None:
    source = (MODULES / "pipeline" / "metrics.tf").read_text()
    (names,) = re.findall(r"for name in \[(.*?)\]", source)
    figures = line_of("prefect", PIPELINE)["figures"]
    read = set(re.findall(r'"(\w+)"', names))
    assert len(read) == 7
    assert read <= set(figures)
