"""Prometheus for a system that runs without containers, with the project's own configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tools.paths import ROOT, python_of
from tools.problem import Problem
from tools.servers.ports import free_port
from tools.supervisor import Program

MONITORING = ROOT / "monitoring"
# What `flow.py serve` does with METRICS_PORT, without its schedule.
METRICS_OF_RUNS = """
import threading
from pipeline import metrics
from pipeline.config import Settings
metrics.serve(Settings.from_environment())
threading.Event().wait()
"""


def configuration(values: Mapping[str, str], folder: Path, pipeline_port: int) -> Path:
    """The project's configuration with the addresses of this system, scraped each second."""
    credentials = folder / "credentials"
    credentials.write_text(values["ADMIN_TOKEN"])
    replaced = {
        "/etc/prometheus/objectives.yml": str(MONITORING / "objectives.yml"),
        "/tmp/credentials": str(credentials),  # noqa: S108 - inside the container
        "api:5000": urlsplit(values["API_URL"]).netloc,
        "reports:5500": urlsplit(values["REPORTS_URL"]).netloc,
        "pipeline:9310": f"127.0.0.1:{pipeline_port}",
    }
    text = re.sub(r"_interval: \w+", "_interval: 1s", (MONITORING / "prometheus.yml").read_text())
    for old, new in replaced.items():
        if old not in text:
            raise Problem(f"monitoring/prometheus.yml no longer names {old}.")
        text = text.replace(old, new)
    path = folder / "prometheus.yml"
    path.write_text(text)
    return path


def metrics_of_runs(port: int) -> Program:
    """The pipeline's metrics, read from the database at each scrape."""
    command = ["env", f"METRICS_PORT={port}", "METRICS_HOST=127.0.0.1"]
    command += [str(python_of("prefect")), "-c", METRICS_OF_RUNS]
    return Program("metrics", command, ROOT / "prefect", f"http://127.0.0.1:{port}/metrics")


def prometheus(config: Path, port: int) -> Program:
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={config.parent / 'data'}"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    return Program("prometheus", command, config.parent, f"http://127.0.0.1:{port}/-/ready")


def programs(values: Mapping[str, str], folder: Path) -> list[Program]:
    """The pipeline's metrics and, last, Prometheus; ready when they respond."""
    of_runs, of_prometheus = free_port(), free_port()
    config = configuration(values, folder, of_runs)
    return [metrics_of_runs(of_runs), prometheus(config, of_prometheus)]
