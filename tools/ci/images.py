"""Images in the workflows: their base and version, their digests, their signatures."""

from __future__ import annotations

import json
import re
import time

from tools.ci.commands import append_to, given, output_of
from tools.console import say

BASE = "docker.io/library/python:3.11-slim-bookworm"
ISSUER = "https://token.actions.githubusercontent.com"


def digest_of(image: str) -> str:
    """The digest of an image's tag in its registry."""
    manifest = output_of("docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}")
    return str(json.loads(manifest)["digest"])


def base(_: list[str]) -> int:
    """Outputs ``base``, the base image by digest, and ``version``, the date and the number of this run."""
    append_to("GITHUB_OUTPUT", f"base={BASE}@{digest_of(BASE)}")
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


def require_signature(image: str) -> None:
    """Raises Problem unless this repository's workflow ``images`` signed the image on the branch main."""
    workflow = f"{given('GITHUB_SERVER_URL')}/{given('GITHUB_REPOSITORY')}/.github/workflows/images.yml"
    signer = {
        "--certificate-oidc-issuer": ISSUER,
        "--certificate-identity-regexp": f"^{re.escape(workflow)}@",
        "--certificate-github-workflow-repository": given("GITHUB_REPOSITORY"),
        "--certificate-github-workflow-ref": "refs/heads/main",
    }
    output_of("cosign", "verify", image, *(part for option in signer.items() for part in option))


def verify(_: list[str]) -> int:
    """Raises Problem unless API, REPORTS and PIPELINE have our signature."""
    for name in ("API", "REPORTS", "PIPELINE"):
        require_signature(given(name))
        say(f"{name}: {given(name)} has our signature")
    return 0
