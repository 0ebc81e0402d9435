"""Private servers by name, for engineers and for test suites. Prints JSON.

python3 -m tools.services start|stop|remove|status --name NAME [--postgres | --redis] [--migrate]

``start`` creates the servers the first time; ``stop`` keeps their files, ``remove`` deletes them.
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
    parser = argparse.ArgumentParser(prog="python3 -m tools.services", usage=__doc__)
    parser.add_argument("command", choices=("start", "stop", "remove", "status"))
    parser.add_argument("--name", required=True)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--postgres", action="store_true", help="only PostgreSQL")
    only.add_argument("--redis", action="store_true", help="only Redis")
    parser.add_argument("--migrate", action="store_true", help="bring its database to the newest schema")
    return parser.parse_args()


def _run(chosen: argparse.Namespace) -> dict[str, object]:
    instance, only = Instance(chosen.name), {"postgres": not chosen.redis, "redis": not chosen.postgres}
    if chosen.command == "remove":
        instance.remove()
        return {"name": instance.name, "removed": True}
    if chosen.command == "start":
        instance.start(**only)
        if chosen.migrate:
            migrate(instance, DATABASE)
    elif chosen.command == "stop":
        instance.stop(**only)
    return instance.describe()


def main() -> int:
    chosen = _arguments()
    with contextlib.redirect_stdout(sys.stderr):
        result = _run(chosen)
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
