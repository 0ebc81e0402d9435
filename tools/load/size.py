"""How large a load run is, and the options that choose it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from tools import load
from tools.paths import LOCAL

FOLDER = LOCAL / "load"
# All users per map user, from the weights in locust/scenarios, and the operator.
USERS_PER_VISITOR, OPERATORS = 1.1, 1
SOAK_SECONDS, SOAK_VISITORS = 1_200, 50
"""Long enough to fill the caches, with a load below the machine's capacity."""


@dataclass(frozen=True)
class Size:
    """The size of a load run."""

    rows: int = 1_000_000
    visitors: int = 200
    seconds: int = 180
    changed: int = 50_000
    has_reports: bool = True
    is_smoke: bool = False
    is_soak: bool = False
    is_pictured: bool = False
    has_bench_city: bool = False

    @property
    def folder(self) -> Path:
        """The folder for logs and reports; a smoke test must not overwrite those of a real run."""
        return FOLDER / "smoke" if self.is_smoke else FOLDER

    @property
    def users(self) -> int:
        return round(self.visitors * USERS_PER_VISITOR) + OPERATORS


SMOKE = Size(rows=3_000, visitors=10, seconds=12, changed=500, has_reports=False, is_smoke=True)


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and the remaining arguments, which are for Locust."""
    parser = argparse.ArgumentParser(prog="make load", description=load.__doc__, allow_abbrev=False)
    parser.add_argument("--url", help="address of a running system, instead of a fresh one")
    parser.add_argument(
        "--smoke", action="store_true", help="a small city for a few seconds; times are not judged"
    )
    soak = (
        f"print how the API and the reports grow; {SOAK_SECONDS} seconds, {SOAK_VISITORS} visitors by default"
    )
    parser.add_argument("--soak", action="store_true", help=soak)
    kept = "begin with a copy of the city that `make bench` keeps, instead of loading one"
    parser.add_argument("--bench-city", action="store_true", help=kept)
    parser.add_argument("--picture", action="store_true", help="draw docs/pictures/dashboard.png")
    for name in ("rows", "visitors", "seconds", "changed"):
        parser.add_argument(f"--{name}", type=int, help=f"default {getattr(Size(), name):,}")
    return parser.parse_known_args(arguments)


def size_of(chosen: argparse.Namespace) -> Size:
    """The chosen size; what was not chosen has the usual defaults, or those of ``--smoke`` or ``--soak``."""
    names = ("rows", "visitors", "seconds", "changed")
    given = {name: value for name in names if (value := getattr(chosen, name)) is not None}
    soak = Size(visitors=SOAK_VISITORS, seconds=SOAK_SECONDS, is_soak=True)
    usual = replace(SMOKE, is_soak=chosen.soak) if chosen.smoke else soak if chosen.soak else Size()
    return replace(usual, is_pictured=chosen.picture, has_bench_city=chosen.bench_city, **given)
