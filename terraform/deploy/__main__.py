"""``python -m deploy``: put images into service, or run a one-off task. DEPLOYMENT describes the stage.

python -m deploy release --api IMAGE --reports IMAGE --pipeline IMAGE [--commit SHA] [--no-migration]
python -m deploy run pipeline|migrate [-- ARGUMENT…]
python -m deploy images | smoke

IMAGE is pinned: name@sha256:…. ``images`` prints what the last good deployment put into service.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict

from deploy import smoke
from deploy.account import Account
from deploy.release import NIGHT_SECONDS, release, run
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
    new.add_argument("--commit", default="", help="the commit that /status/api must then show")
    new.add_argument(
        "--migration",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="not when going back to older images, which do not know the newer schema",
    )
    one_off = commands.add_parser("run")
    one_off.add_argument("container", choices=["pipeline", "migrate"])
    one_off.add_argument("arguments", nargs="*", help="appended to the container's command")
    commands.add_parser("images")
    commands.add_parser("smoke")
    return parser.parse_args()


def _carry_out(arguments: argparse.Namespace, target: Target) -> None:
    if arguments.command == "smoke":
        smoke.check(target, "")
        return
    # Only the checks set it; their dummy keys are refused by AWS.
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    account = Account.of(target, pause_seconds=0.1 if endpoint else 5)
    if arguments.command == "images":
        _say(json.dumps(asdict(account.remembered())))
    elif arguments.command == "run":
        run(account, arguments.container, arguments.arguments, NIGHT_SECONDS, _say)
    else:
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
