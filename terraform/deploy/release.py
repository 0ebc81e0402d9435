"""Schema first, then services, then a look from outside; what fails is taken back.

Zero downtime rests on two rules: a migration only adds (docs/upgrades.md), so that old tasks go on serving
beside it, and ECS ends an old task only when a new one is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from deploy import smoke
from deploy.account import Account
from deploy.target import Images, Problem

MIGRATION_SECONDS = 1800
ROLL_SECONDS = 900
NIGHT_SECONDS = 6 * 3600

Say = Callable[[str], None]


def run(account: Account, container: str, arguments: list[str], limit_seconds: float, say: Say) -> None:
    """Run a one-off task to its end and show its log; raises ``Problem`` unless it exits with 0."""
    task = account.start(container, arguments)
    say(f"• {container} runs as {task}")
    account.wait(container, lambda: account.exit_of(task) is not None, limit_seconds)
    for line in account.log_of(container, task):
        say(f"    {line}")
    code, reason = account.exit_of(task) or (None, "")
    if code != 0:
        raise Problem(f"{container} failed with exit code {code}: {reason}")


def migrate(account: Account, images: Images, say: Say) -> None:
    """Bring the schema to what these images need."""
    account.register("migrate", images.api)
    run(account, "migrate", [], MIGRATION_SECONDS, say)


def roll(account: Account, images: Images, say: Say) -> None:
    """Put these images into both services at once, and wait until only they serve."""
    revisions = {name: account.register(name, images.of(name)) for name in account.target.services}
    for name, revision in revisions.items():
        say(f"• {name} rolls to {revision}")
        account.roll(name, revision)
    for name, revision in revisions.items():
        account.wait(name, partial(account.is_rolled, name, revision), ROLL_SECONDS)


def take_back(account: Account, images: Images, say: Say) -> None:
    """Put the images of before into service again. The schema stays: it has only grown."""
    say("• Taking it back")
    account.register("migrate", images.api)
    roll(account, images, say)


def release(account: Account, images: Images, commit: str, say: Say, *, is_migrating: bool = True) -> None:
    """Put images into service, or leave what served before and raise ``Problem``, or what AWS said.

    The next night runs the new pipeline; one that is under way ends with the old.
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
        # Whatever it was, a lost connection to AWS too: half a release must not stay.
        take_back(account, before, say)
        raise
    if not is_migrating:
        account.register("migrate", images.api)
    account.register("pipeline", images.pipeline)
    account.remember(images)
    say("• In service, and remembered")
