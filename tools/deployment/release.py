"""``python3 -m tools.deployment.release vX.Y.Z``: give a version to the images of the tag's commit.

Run by the workflow ``release``; needs docker, cosign and gh. DOCKERHUB_NAMESPACE, GITHUB_REPOSITORY and
GITHUB_SHA name the release. It builds nothing: the digests are those that ``dev`` has run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tools.console import say
from tools.paths import ROOT
from tools.problem import Problem, guarded

IMAGES = ("api", "reports", "pipeline", "load")
ISSUER = "https://token.actions.githubusercontent.com"
TAG = re.compile(r"v(\d+\.\d+\.\d+)")
DATED = r"^## {version} \(\d{{4}}-\d\d-\d\d\)\n(.*?)(?=^## |\Z)"


def version_of(tag: str) -> str:
    """The version that the tag, CHANGES and the API's package agree on; raises ``Problem`` otherwise."""
    found = TAG.fullmatch(tag)
    if not found:
        raise Problem(f"a release's tag looks like v2.0.0, not {tag!r}.")
    package = tomllib.loads((ROOT / "api" / "pyproject.toml").read_text())["project"]["version"]
    if package != found[1]:
        raise Problem(f"the tag says {found[1]}, api/pyproject.toml {package}.")
    return found[1]


def notes_of(version: str) -> str:
    """The dated section of CHANGES; raises ``Problem`` when there is none, or nothing in it."""
    pattern = DATED.format(version=re.escape(version))
    found = re.search(pattern, (ROOT / "CHANGES.md").read_text(), re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise Problem(f"CHANGES.md needs the section `## {version} (YYYY-MM-DD)`, with the changes below it.")
    return found[1].strip()


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"{' '.join(command[:4])} failed: {done.stderr.strip()}")
    return done.stdout


def digest_of(image: str) -> str:
    """Digest of a tag in the registry."""
    manifest = _run("docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}")
    return str(json.loads(manifest)["digest"])


def verify(image: str, repository: str) -> None:
    """Raises ``Problem`` unless the workflow ``images`` of this repository signed it on ``main``."""
    workflow = re.escape(f"https://github.com/{repository}/.github/workflows/images.yml@")
    options = ["--certificate-oidc-issuer", ISSUER, "--certificate-identity-regexp", f"^{workflow}"]
    options += ["--certificate-github-workflow-repository", repository]
    _run("cosign", "verify", image, *options, "--certificate-github-workflow-ref", "refs/heads/main")


def bill_of_materials(image: str, file: Path) -> None:
    """Write the SPDX document that the build attached, for each of the image's platforms."""
    file.write_text(_run("docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .SBOM}}"))


def release(tag: str, namespace: str, repository: str, commit: str, folder: Path) -> str:
    """Verify, tag and describe every image; returns the text of the release."""
    version = version_of(tag)
    notes = notes_of(version)
    names = {name: f"docker.io/{namespace}/311-{name}" for name in IMAGES}
    pinned = {name: f"{image}@{digest_of(f'{image}:{commit}')}" for name, image in names.items()}
    for image in pinned.values():
        verify(image, repository)
    for name, image in pinned.items():
        bill_of_materials(image, folder / f"311-{name}-{version}.sbom.json")
        _run("docker", "buildx", "imagetools", "create", "--tag", f"{names[name]}:{version}", image)
        say(f"• {names[name]}:{version} is {image}")
    digests = "\n".join(f"- `{image}`" for image in pinned.values())
    provenance = f"https://github.com/{repository}/attestations"
    return f"{notes}\n\n## Images\n{digests}\n\nSigned and attested: [provenance]({provenance}).\n"


def main() -> int:
    tag, variables = sys.argv[1], os.environ
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = release(
            tag,
            variables["DOCKERHUB_NAMESPACE"],
            variables["GITHUB_REPOSITORY"],
            variables["GITHUB_SHA"],
            folder,
        )
        bills = sorted(map(str, folder.glob("*.sbom.json")))
        notes = folder / "notes.md"
        notes.write_text(text)
        _run(
            "gh", "release", "create", tag, *bills, "--verify-tag", "--title", tag, "--notes-file", str(notes)
        )
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
