"""Cost of a stage a month: its planned resources times ``terraform/prices.csv``, in USD, without traffic.

``python3 -m tools.deployment.prices`` writes the table in terraform/README.md; ``make deploy-check`` compares
it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tools.deployment import meters
from tools.deployment.analysis import STAGES
from tools.deployment.checks import Failed, indented
from tools.deployment.emulator import emulated_account
from tools.deployment.stage import Stage
from tools.deployment.terraform import FOLDER, program, provider_options
from tools.problem import guarded

README = FOLDER / "README.md"
BEGIN, END = "<!-- prices.csv and the planned resources -->\n", "<!-- end -->\n"
LIMITS_USD = {"small": 60.0}


@dataclass(frozen=True)
class Price:
    """USD for one unit of a variant; ``part`` is its row in the table, empty for free resources."""

    part: str
    usd: float


Prices = Mapping[tuple[str, str], Price]
Bill = dict[str, float]


def read_prices() -> Prices:
    """By resource type and variant."""
    with (FOLDER / "prices.csv").open() as file:
        return {
            (row["resource"], row["variant"]): Price(row["part"], float(row["usd"]))
            for row in csv.DictReader(file)
        }


def bill(plan: Mapping[str, Any], prices: Prices) -> Bill:
    """USD a month by part; raises ``Failed`` for a planned resource without a price."""
    free = {resource for (resource, _), price in prices.items() if price.usd == 0}
    total: Bill = {}
    unpriced = []
    for resource, variant, quantity in meters.readings(plan):
        price = prices.get((resource, variant))
        if price:
            total[price.part] = total.get(price.part, 0) + quantity * price.usd
        elif resource not in free:
            unpriced.append(f"{resource} {variant}".strip())
    if unpriced:
        raise Failed(indented("no price in prices.csv: " + ", ".join(sorted(set(unpriced)))))
    return total


def expensive(stage: str, sum_usd: float, budget_usd: float) -> list[str]:
    """Complaints about a stage's sum: above its limit, or above the budget that is to warn of it."""
    found = []
    if sum_usd > LIMITS_USD.get(stage, sum_usd):
        found.append(f"{stage} costs {sum_usd:.2f} USD a month, more than {LIMITS_USD[stage]:.0f}")
    if budget_usd < 1.1 * sum_usd:
        found.append(f"{stage}: budget_usd = {budget_usd:.0f} would warn of the normal {sum_usd:.0f}")
    return found


def table(bills: Mapping[str, Bill], parts: Iterable[str]) -> str:
    """Markdown: a row for each part that costs anything, a column for each stage, the sums below."""
    lines = [f"| | {' | '.join(bills)} |", f"|---|{'---:|' * len(bills)}"]
    for part in parts:
        cells = [f"{bills[stage][part]:.2f}" if bills[stage].get(part) else "" for stage in bills]
        if any(cells):
            lines.append(f"| {part} | {' | '.join(cells)} |")
    sums = " | ".join(f"**{sum(amounts.values()):.2f}**" for amounts in bills.values())
    return "\n".join([*lines, f"| **together** | {sums} |"]) + "\n"


def planned(stage: Stage) -> dict[str, Any]:
    """The stage's first plan."""
    stage.init()
    return stage.plan()


def computed() -> str:
    """The table, from plans in an emulated account; raises ``Failed`` when a stage costs too much."""
    program()
    provider_options()
    prices = read_prices()
    with emulated_account() as endpoint:
        certificate = Stage("seed", endpoint, "").do("seed")
        stages = [Stage(name, endpoint, certificate) for name in STAGES]
        with ThreadPoolExecutor(2) as at_once:
            plans = dict(zip(STAGES, at_once.map(planned, stages), strict=True))
    bills = {name: bill(plan, prices) for name, plan in plans.items()}
    complaints = [
        line
        for name, amounts in bills.items()
        for line in expensive(name, sum(amounts.values()), plans[name]["variables"]["budget_usd"]["value"])
    ]
    if complaints:
        raise Failed(indented("\n".join(complaints)))
    return table(bills, dict.fromkeys(price.part for price in prices.values()))


def written() -> str:
    """The table as terraform/README.md has it."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


def current() -> str:
    """Compare the README; returns the sums."""
    made = computed()
    if made != written():
        raise Failed(indented(f"terraform/README.md: python3 -m tools.deployment.prices writes\n{made}"))
    return "USD a month:" + made.splitlines()[-1].replace("*", "").replace("| together", "").rstrip("|")


def main() -> int:
    text = README.read_text()
    README.write_text(text.replace(BEGIN + written() + END, BEGIN + computed() + END))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
