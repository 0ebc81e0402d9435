"""A release: migrate the schema, roll the services, smoke-test them from outside; roll back on failure.

Zero downtime rests on two rules: a migration only adds (docs/upgrades.md), so that old tasks can serve
meanwhile, and ECS stops an old task only when a new one is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from deploy import smoke
from deploy.account import Account
from deploy.target import Images, Problem

MIGRATION_SECONDS = 1800
ROLL_SECONDS = 900
RUN_SECONDS = 6 * 3600
# Commands of the pipeline: all others are runs.
LOADING_NOTHING = {"check-city", "erase", "metrics"}

Say = Callable[[str], None]


def _name_of(arguments: list[str]) -> str:
    """The task's ``startedBy``: EventBridge counts neither dry runs nor other commands as runs."""
    if "--dry-run" in arguments:
        return "dry-run"
    return "command" if arguments[:1] and arguments[0] in LOADING_NOTHING else "deploy"


def run(account: Account, container: str, arguments: list[str], limit_seconds: float, say: Say) -> None:
    """Run a one-off task to its end and print its log; raises ``Problem`` unless it exits with 0.

    One that takes longer than ``limit_seconds`` is stopped.
    """
    task = account.start(container, arguments, _name_of(arguments))
    say(f"• {container} runs as {task}")
    try:
        account.wait(container, lambda: account.exit_of(task) is not None, limit_seconds)
    except Problem:
        account.stop(task, f"took longer than {limit_seconds:.0f} seconds")
        raise
    for line in account.log_of(container, task):
        say(f"    {line}")
    code, reason = account.exit_of(task) or (None, "")
    if code != 0:
        raise Problem(f"{container} failed with exit code {code}: {reason}")


def migrate(account: Account, images: Images, say: Say) -> None:
    """Migrate the schema to the revision of these images."""
    account.register("migrate", images.api)
    run(account, "migrate", [], MIGRATION_SECONDS, say)


def roll(account: Account, images: Images, say: Say) -> None:
    """Deploy these images to both services in parallel, and wait until only they serve."""
    revisions = {name: account.register(name, images.of(name)) for name in account.target.services}
    for name, revision in revisions.items():
        say(f"• {name} rolls to {revision}")
        account.roll(name, revision)
    for name, revision in revisions.items():
        account.wait(name, partial(account.is_rolled, name, revision), ROLL_SECONDS)


def roll_back(account: Account, images: Images, say: Say) -> None:
    """Deploy the previous images again. The schema stays: migrations only add."""
    say("• Rolling back")
    account.register("migrate", images.api)
    roll(account, images, say)


def release(account: Account, images: Images, commit: str, say: Say, *, is_migrating: bool = True) -> None:
    """Deploy images, or keep the previous ones and raise ``Problem`` or AWS's own error.

    The next scheduled run uses the new pipeline image; a run in progress ends with the old one.
    """
    before = account.remembered()
    if is_migrating:
        try:
            migrate(account, images, say)
        except Exception:
            account.register("migrate", before.api)
            raise
    try:
        roll(account, images, say)
        smoke.check(account.target, commit, pause_seconds=account.pause_seconds)
    except Exception:
        # Any error, also a lost connection to AWS: half a release must not stay.
        roll_back(account, before, say)
        raise
    if not is_migrating:
        account.register("migrate", images.api)
    account.register("pipeline", images.pipeline)
    account.remember(images)
    say("• Deployed and recorded")
