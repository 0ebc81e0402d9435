"""The OpenAPI document against real responses: every operation, its examples, edges and random values."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from samples import first

from tests.support.serving import ADMIN, Api

# Two checks do not apply: valid data may be rejected (no schema can express the order of days), and GET on a
# path for POST is not always 405 (/requests/pins is also a /requests/{request_id}).
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


# 413 and 414 reject the request before it is parsed.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 414, 422]
"""


def fuzz(api: Api, folder: Path, *options: str) -> str:
    """The output of schemathesis, in which no check may fail."""
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run"]
    command.append(f"{api.url}/openapi.json")
    command += ["--checks", ",".join(CHECKS), "--header", f"Authorization: {ADMIN['Authorization']}"]
    command += ["--suppress-health-check", "all", "--no-color"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, cwd=folder, timeout=3_600
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-3_000:]
    return done.stdout


FEW = "--phases examples,fuzzing --max-examples 3"
AT_THE_EDGES = "--phases coverage"


@pytest.mark.parametrize("options", first([FEW, AT_THE_EDGES]))
def test_every_operation_keeps_its_contract(api: Api, tmp_path: Path, options: str) -> None:
    output = fuzz(api, tmp_path, *options.split(), "--generation-deterministic")
    operations = len(api.json("/openapi.json")["paths"])
    assert f"Tested: {operations}" in output


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_many_random_values_keep_the_contract(api: Api, tmp_path: Path) -> None:
    fuzz(api, tmp_path, "--phases", "fuzzing", "--max-examples", "500", "--generation-database", "none")
