"""Images in the workflows: their base and version, their digests, their signatures."""

from __future__ import annotations

import json
import re
import time

from tools.ci.commands import append_to, given, output_of
from tools.console import say

BASE = "docker.io/library/python:3.11-slim-bookworm"
ISSUER = "https://token.actions.githubusercontent.com"


def base(_: list[str]) -> int:
    """Outputs ``base``, the base image by digest, and ``version``, the date and the number of this run."""
    manifest = json.loads(
        output_of("docker", "buildx", "imagetools", "inspect", BASE, "--format", "{{json .Manifest}}")
    )
    append_to("GITHUB_OUTPUT", f"base={BASE}@{manifest['digest']}")
    append_to(
        "GITHUB_OUTPUT", f"version={time.strftime('%Y.%m.%d', time.gmtime())}.{given('GITHUB_RUN_NUMBER')}"
    )
    return 0


def published(_: list[str]) -> int:
    """Outputs the image NAME by DIGEST, and lists it in the run's summary."""
    image = f"{given('IMAGE')}@{given('DIGEST')}"
    append_to("GITHUB_OUTPUT", f"{given('NAME')}={image}")
    append_to("GITHUB_STEP_SUMMARY", f"`{image}`")
    return 0


def verify(_: list[str]) -> int:
    """Raises Problem unless the workflow ``images`` signed API, REPORTS and PIPELINE on the branch main."""
    workflow = f"{given('GITHUB_SERVER_URL')}/{given('GITHUB_REPOSITORY')}/.github/workflows/images.yml"
    signer = {
        "--certificate-oidc-issuer": ISSUER,
        "--certificate-identity-regexp": f"^{re.escape(workflow)}@",
        "--certificate-github-workflow-repository": given("GITHUB_REPOSITORY"),
        "--certificate-github-workflow-ref": "refs/heads/main",
    }
    options = [part for option in signer.items() for part in option]
    for name in ("API", "REPORTS", "PIPELINE"):
        output_of("cosign", "verify", given(name), *options)
        say(f"{name}: {given(name)} has our signature")
    return 0
