"""The identity of the running code: Redis outlives a release, and the next one may respond differently."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from lacity_data_api.config import Settings

PACKAGE = Path(__file__).parent
# Named by number, in their order.
MIGRATIONS = PACKAGE.parent / "alembic" / "versions"


def release_of(settings: Settings) -> str:
    """Differs for any two releases: by commit, build and sources, which differ where no commit is set."""
    stated = f"{settings.git_sha} {settings.code_version} {_sources()}"
    return hashlib.blake2b(stated.encode(), digest_size=4).hexdigest()


@cache
def _sources() -> str:
    digest = hashlib.blake2b()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def newest_schema() -> str:
    """The revision that this release migrates to."""
    return max((path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*_*.py")), default="")
