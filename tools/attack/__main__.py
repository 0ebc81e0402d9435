"""``make attack``: attacks a separate system for an hour and checks whether its promises hold.

make attack ARGS="[--minutes N] [--seed N [--resume]] [--dry-run]"
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time

from tools import environments
from tools.attack import document, logs, memory, system
from tools.attack.attackers import Rates, attack, attackers
from tools.attack.tally import Tally
from tools.console import say
from tools.paths import SERVICES
from tools.problem import guarded

MINUTES = 60.0
MAX_SEED = 1_000_000


def main() -> int:
    """Attack, print the findings and write the table; returns 1 if a promise was broken."""
    chosen = options(sys.argv[1:])
    environments.ensure_with_packages(SERVICES)
    started, seconds = time.monotonic(), chosen.minutes * 60
    again = f"--minutes {chosen.minutes:g} --seed {chosen.seed}"
    say(f'• Seed {chosen.seed}: make attack ARGS="{again}" repeats it')
    with system.running() as attacked:
        first = rounds_of(chosen.seed) if chosen.resume else {}
        parts = attackers(chosen.seed, seconds, first, Rates(), attacked.groups.get(memory.RUNS))
        tally = attack(parts, attacked.places, attacked.supervisor.mark, seconds, attacked.supervisor.logs)
        attacked.supervisor.check()
        memory.examine_groups(attacked.groups, tally)
        for name in memory.PROGRAMS:
            logs.examine(attacked.log(name), tally)
            memory.examine(name, attacked.supervisor.running[name][1].pid, tally)
    remember(chosen.seed, tally)
    run = document.Run.of(chosen.seed, time.monotonic() - started, tally)
    say(document.table(run))
    say_violations(tally)
    if not chosen.dry_run:
        document.write(run)
        say("• Written: docs/reliability.md")
    return int(tally.violations.total() > 0)


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"how long (default {MINUTES:g})")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(MAX_SEED), help="repeats a run's attacks"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the rounds that this seed has had")
    parser.add_argument("--dry-run", action="store_true", help="change nothing in docs/")
    return parser.parse_args(arguments)


def say_violations(tally: Tally) -> None:
    for subject, texts in tally.texts.items():
        say(f"\n{subject}: {tally.violations[subject]} violations")
        for text in texts:
            say(f"  {text}")


def rounds_of(seed: int) -> dict[str, int]:
    """The next round of every attacker, as stored by an earlier run with this seed."""
    file = system.FOLDER / f"seed-{seed}.json"
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def remember(seed: int, tally: Tally) -> None:
    """Store the next round of every attacker, for ``--resume``."""
    ended = {
        subject: counts.pop("next round")
        for subject, counts in tally.counts.items()
        if "next round" in counts
    }
    (system.FOLDER / f"seed-{seed}.json").write_text(json.dumps(ended))


if __name__ == "__main__":
    sys.exit(guarded(main))
