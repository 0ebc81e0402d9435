"""A release: assign a version to the images of the tag's commit, and publish it on GitHub.

Nothing is built: the digests are those that ``dev`` has run.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from pathlib import Path

from tools.ci.commands import given, output_of
from tools.ci.images import digest_of, require_signature
from tools.console import say
from tools.paths import ROOT
from tools.problem import Problem

IMAGES = ("api", "reports", "pipeline", "load")
TAG = re.compile(r"v(\d+\.\d+\.\d+)")
DATED = r"^## {version} \(\d{{4}}-\d\d-\d\d\)\n(.*?)(?=^## |\Z)"


def version_of(tag: str) -> str:
    """The version that the tag and the API's package agree on; raises ``Problem`` otherwise."""
    found = TAG.fullmatch(tag)
    if not found:
        raise Problem(f"a release's tag looks like v2.0.0, not {tag!r}.")
    package = tomllib.loads((ROOT / "api" / "pyproject.toml").read_text())["project"]["version"]
    if package != found[1]:
        raise Problem(f"the tag says {found[1]}, api/pyproject.toml {package}.")
    return found[1]


def notes_of(version: str) -> str:
    """The dated section of CHANGES; raises ``Problem`` when it is missing or empty."""
    pattern = DATED.format(version=re.escape(version))
    found = re.search(pattern, (ROOT / "CHANGES.md").read_text(), re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise Problem(f"CHANGES.md needs the section `## {version} (YYYY-MM-DD)`, with the changes below it.")
    return found[1].strip()


def require_main(commit: str) -> None:
    """Raises ``Problem`` unless the commit is on ``main``."""
    output_of("git", "merge-base", "--is-ancestor", commit, "origin/main")


def signed_images() -> dict[str, str]:
    """The images of this commit by digest; raises ``Problem`` unless our workflow on ``main`` signed each."""
    names = {name: f"docker.io/{given('DOCKERHUB_NAMESPACE')}/311-{name}" for name in IMAGES}
    commit = given("GITHUB_SHA")
    pinned = {name: f"{image}@{digest_of(f'{image}:{commit}')}" for name, image in names.items()}
    for image in pinned.values():
        require_signature(image)
    return pinned


def add_version(image: str, version: str) -> None:
    """Tag an image in the registry."""
    tagged = f"{image.partition('@')[0]}:{version}"
    output_of("docker", "buildx", "imagetools", "create", "--tag", tagged, image)
    say(f"• {tagged} is {image}")


def bill_of_materials(image: str) -> str:
    """The SPDX document that the build attached, for each of the image's platforms."""
    return output_of("docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .SBOM}}")


def text_of(notes: str, images: list[str]) -> str:
    """The text of the release on GitHub."""
    digests = "\n".join(f"- `{image}`" for image in images)
    provenance = f"{given('GITHUB_SERVER_URL')}/{given('GITHUB_REPOSITORY')}/attestations"
    return f"{notes}\n\n## Images\n{digests}\n\nSigned and attested: [provenance]({provenance}).\n"


def publish(tag: str, text: str, bills: dict[str, str]) -> None:
    """Create the release of a tag on GitHub, with a file for each bill of materials."""
    with tempfile.TemporaryDirectory() as name:
        notes = Path(name) / "notes.md"
        notes.write_text(text)
        for file, content in bills.items():
            (Path(name) / file).write_text(content)
        files = [f"{name}/{file}" for file in sorted(bills)]
        options = ["--verify-tag", "--title", tag, "--notes-file", str(notes)]
        output_of("gh", "release", "create", tag, *files, *options)


def release(_: list[str]) -> int:
    """Verify, describe, tag and publish the images of TAG."""
    require_main(given("GITHUB_SHA"))
    version = version_of(given("TAG"))
    notes = notes_of(version)
    images = signed_images()
    bills = {f"311-{name}-{version}.sbom.json": bill_of_materials(image) for name, image in images.items()}
    for image in images.values():
        add_version(image, version)
    publish(given("TAG"), text_of(notes, list(images.values())), bills)
    return 0
