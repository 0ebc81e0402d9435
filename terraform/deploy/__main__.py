"""``python -m deploy``: releases, one-off tasks, backups and the alarm drill. DEPLOYMENT describes the stage.

python -m deploy release --api IMAGE --reports IMAGE --pipeline IMAGE [--commit SHA] [--no-migration]
python -m deploy run pipeline|migrate [-- ARGUMENT…]
python -m deploy images | smoke | drill
python -m deploy backup
python -m deploy restore [--snapshot NAME | --time 2026-01-31T07:55:00Z|latest]
python -m deploy swap

IMAGE is pinned by digest (name@sha256:…). ``images`` prints the images of the last successful deployment.
``swap`` puts the restored database in the place of the old one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict

from deploy import database, smoke
from deploy.account import Account
from deploy.drill import drill
from deploy.release import RUN_SECONDS, release, run
from deploy.target import Images, Problem, Target


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a command line


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m deploy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("release")
    for name in ("api", "reports", "pipeline"):
        new.add_argument(f"--{name}", required=True, metavar="IMAGE")
    new.add_argument("--commit", default="", help="the commit that /status/api must report afterwards")
    new.add_argument(
        "--migration",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="migrate the schema first; not when rolling back to images that do not know the newer schema",
    )
    one_off = commands.add_parser("run")
    one_off.add_argument("container", choices=["pipeline", "migrate"])
    one_off.add_argument("arguments", nargs="*", help="appended to the container's command")
    for name in ("images", "smoke", "drill", "backup", "swap"):
        commands.add_parser(name)
    restored = commands.add_parser("restore")
    source = restored.add_mutually_exclusive_group()
    source.add_argument("--snapshot", default="", help="name of a snapshot")
    source.add_argument(
        "--time",
        default=database.LATEST,
        help="a time in the last `backup_days` days, ISO 8601 with a time zone; default: latest",
    )
    return parser.parse_args()


def _carry_out(arguments: argparse.Namespace, target: Target) -> None:
    if arguments.command == "smoke":
        smoke.check(target, "")
        return
    # Only the tests set this, to poll an emulated AWS quickly; the real one rejects their dummy keys.
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    account = Account.of(target, pause_seconds=0.1 if endpoint else 5)
    match arguments.command:
        case "images":
            _say(json.dumps(asdict(account.remembered())))
        case "run":
            run(account, arguments.container, arguments.arguments, RUN_SECONDS, _say)
        case "drill":
            drill(account, _say)
        case "backup":
            database.backup(account, _say)
        case "restore":
            database.restore(account, _say, snapshot=arguments.snapshot, time=arguments.time)
        case "swap":
            database.swap(account, _say)
        case "release":
            images = Images(api=arguments.api, reports=arguments.reports, pipeline=arguments.pipeline)
            release(account, images, arguments.commit, _say, is_migrating=arguments.migration)


def main() -> int:
    arguments = _arguments()
    try:
        _carry_out(arguments, Target.read(os.environ.get("DEPLOYMENT", "")))
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)  # noqa: T201  a command line
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
