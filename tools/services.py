"""Private servers by name, for people and for test suites. Prints JSON.

python3 -m tools.services start --name NAME [--postgres | --redis] [--migrate] [--postgres-port N] …
python3 -m tools.services stop|remove|status --name NAME
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys

from tools.migrate import migrate
from tools.problem import guarded
from tools.servers.instance import DATABASE, Instance


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tools.services", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    helps = {
        "start": "start (and make, the first time); does nothing to a server that runs",
        "stop": "stop; the files stay",
        "remove": "stop and delete the files",
        "status": "say what runs and where",
    }
    for name, text in helps.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--name", required=True, help="lower-case letters, digits, hyphens")
        if name in {"start", "stop"}:
            only = command.add_mutually_exclusive_group()
            only.add_argument("--postgres", "--postgres-only", action="store_true", help="only PostgreSQL")
            only.add_argument("--redis", "--redis-only", action="store_true", help="only Redis")
        if name == "start":
            command.add_argument("--postgres-port", type=int, help="default: a free one, kept")
            command.add_argument("--redis-port", type=int, help="default: a free one, kept")
            command.add_argument("--migrate", action="store_true", help="bring la311 to the newest schema")
    return parser.parse_args()


def _start(instance: Instance, arguments: argparse.Namespace) -> None:
    instance.use_port(postgres=arguments.postgres_port, redis=arguments.redis_port)
    instance.start(postgres=not arguments.redis, redis=not arguments.postgres)
    if arguments.migrate:
        migrate(instance, DATABASE)


def _carry_out(arguments: argparse.Namespace) -> dict[str, object]:
    instance = Instance(arguments.name)
    if arguments.command == "remove":
        instance.remove()
        return {"name": instance.name, "removed": True}
    if arguments.command == "start":
        _start(instance, arguments)
    elif arguments.command == "stop":
        instance.stop(postgres=not arguments.redis, redis=not arguments.postgres)
    return instance.describe()


def main() -> int:
    arguments = _arguments()
    with contextlib.redirect_stdout(sys.stderr):
        answer = _carry_out(arguments)
    print(json.dumps(answer, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
