"""The weekly pull request with newer Python packages."""

from __future__ import annotations

from tools.ci.commands import output_of
from tools.console import say

BRANCH = "packages/newer"
TITLE, BODY = "Upgrade Python packages", "Compiled by `make lock ARGS=--upgrade`."
BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")


def propose(_: list[str]) -> int:
    """Push the changed locks to one branch, open its pull request once, and start its checks."""
    if not output_of("git", "status", "--porcelain"):
        say("Every lock is up to date.")
        return 0
    output_of("git", "switch", "-C", BRANCH)
    identity = ("-c", f"user.name={BOT[0]}", "-c", f"user.email={BOT[1]}")
    output_of("git", *identity, "commit", "-q", "-a", "-m", TITLE, "-m", BODY)
    output_of("gh", "auth", "setup-git")
    output_of("git", "push", "--force", "origin", BRANCH)
    if not output_of(
        "gh", "pr", "list", "--head", BRANCH, "--state", "open", "--json", "url", "--jq", ".[].url"
    ):
        output_of("gh", "pr", "create", "--head", BRANCH, "--title", TITLE, "--body", BODY)
    # A push with the workflow's own token starts no workflow.
    output_of("gh", "workflow", "run", "ci.yml", "--ref", BRANCH)
    return 0
