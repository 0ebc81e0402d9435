"""Images in the workflows: their base and version, their digests, their signatures."""

from __future__ import annotations

import json
import re
import time

from tools.ci.commands import append_to, given, output_of
from tools.console import say

BASE = "docker.io/library/python:3.11-slim-bookworm"
ARCHITECTURES = ("amd64", "arm64")
ISSUER = "https://token.actions.githubusercontent.com"


def digest_of(image: str) -> str:
    """The digest of an image's tag in its registry."""
    manifest = output_of("docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}")
    return str(json.loads(manifest)["digest"])


def base(_: list[str]) -> int:
    """Outputs ``base``, the base image by digest, and ``version`` of this run's images."""
    append_to("GITHUB_OUTPUT", f"base={BASE}@{digest_of(BASE)}")
    append_to("GITHUB_OUTPUT", f"version={_version()}")
    return 0


def _version() -> str:
    """The date and the number of this run."""
    return f"{time.strftime('%Y.%m.%d', time.gmtime())}.{given('GITHUB_RUN_NUMBER')}"


def join(_: list[str]) -> int:
    """Combine this commit's images for each architecture into one; outputs its ``digest``."""
    image, commit = given("IMAGE"), given("GITHUB_SHA")
    parts = [f"{image}:{commit}-{architecture}" for architecture in ARCHITECTURES]
    pinned = [f"{image}@{digest_of(part)}" for part in parts]
    tags = ["--tag", f"{image}:{commit}", "--tag", f"{image}:{_version()}"]
    output_of("docker", "buildx", "imagetools", "create", *tags, *pinned)
    append_to("GITHUB_OUTPUT", f"digest={digest_of(f'{image}:{commit}')}")
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
