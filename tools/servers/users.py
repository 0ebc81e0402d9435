"""The user that a server runs as: PostgreSQL refuses to run as root, and Redis does not need to."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tools.problem import Problem

# Capabilities to enter a checkout below a closed folder such as root's home. The first one only allows
# reading and traversing; containers often have only the second.
CAPABILITIES = ("", "dac_read_search", "dac_override")


def is_root() -> bool:
    return os.geteuid() == 0


def give_to(user: str, folder: Path) -> None:
    """Give a folder to the user and close it to others; does nothing unless we are root."""
    folder.chmod(0o700)
    if is_root():
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)


def as_user(user: str, command: list[str], folder: Path) -> list[str]:
    """The command run as ``user``, with access to ``folder``, if we are root; otherwise unchanged."""
    return [*_prefix(user, folder), *command] if is_root() else command


@cache
def _prefix(user: str, folder: Path) -> list[str]:
    if not shutil.which("setpriv"):
        raise Problem("setpriv is missing; it comes with util-linux (`apt-get install util-linux`).")
    try:
        pwd.getpwnam(user)
    except KeyError as error:
        raise Problem(f"the user {user!r}, which its package should have created, does not exist.") from error
    for capability in CAPABILITIES:
        prefix = _setpriv(user, capability)
        # Not `test -x`: its system call ignores capabilities.
        if _succeeds([*prefix, "stat", f"{folder}/."]):
            return prefix
    raise Problem(
        f"the user {user!r} cannot access {folder}, and this container cannot grant access.\n"
        "  Move the checkout to a folder that every user may enter, or run as a non-root user."
    )


def _setpriv(user: str, capability: str) -> list[str]:
    kept = f"-all,+{capability}" if capability else "-all"
    identity = ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"]
    return ["setpriv", *identity, f"--inh-caps={kept}", f"--ambient-caps={kept}", "--no-new-privs", "--"]


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, cwd="/", check=False).returncode == 0
