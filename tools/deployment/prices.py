"""Monthly cost of a stage: its planned resources times ``terraform/prices.csv``, in USD, without traffic.

``python3 -m tools.deployment.costs`` writes the table in terraform/README.md; ``make deploy-check`` reads it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.deployment import meters
from tools.paths import ROOT
from tools.problem import Problem

TABLE = ROOT / "terraform" / "prices.csv"
README = ROOT / "terraform" / "README.md"
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
    """The prices by resource type and variant."""
    with TABLE.open() as file:
        return {
            (row["resource"], row["variant"]): Price(row["part"], float(row["usd"]))
            for row in csv.DictReader(file)
        }


def bill(plan: Mapping[str, Any], prices: Prices) -> Bill:
    """USD per month by part; raises ``Problem`` for a planned resource without a price."""
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
        raise Problem("no price in prices.csv: " + ", ".join(sorted(set(unpriced))))
    return total


def expensive(stage: str, sum_usd: float, budget_usd: float) -> list[str]:
    """Complaints about a stage's total: above its limit, or above the budget that should warn about it."""
    found = []
    if sum_usd > LIMITS_USD.get(stage, sum_usd):
        found.append(f"{stage} costs {sum_usd:.2f} USD a month, more than {LIMITS_USD[stage]:.0f}")
    if budget_usd < 1.1 * sum_usd:
        found.append(f"{stage}: budget_usd = {budget_usd:.0f} would warn of the normal {sum_usd:.0f}")
    return found


def table(bills: Mapping[str, Bill], parts: Iterable[str]) -> str:
    """Markdown: a row for each part that costs anything, a column for each stage, and a row of sums."""
    lines = [f"| | {' | '.join(bills)} |", f"|---|{'---:|' * len(bills)}"]
    for part in parts:
        cells = [f"{bills[stage][part]:.2f}" if bills[stage].get(part) else "" for stage in bills]
        if any(cells):
            lines.append(f"| {part} | {' | '.join(cells)} |")
    sums = " | ".join(f"**{sum(amounts.values()):.2f}**" for amounts in bills.values())
    return "\n".join([*lines, f"| **together** | {sums} |"]) + "\n"


def written() -> str:
    """The table that terraform/README.md currently has."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


def compare(plans: Mapping[str, Mapping[str, Any]]) -> str:
    """The table that terraform/README.md should have; raises ``Problem`` when a stage costs too much."""
    prices = read_prices()
    bills = {name: bill(plan, prices) for name, plan in plans.items()}
    complaints = [
        line
        for name, amounts in bills.items()
        for line in expensive(name, sum(amounts.values()), plans[name]["variables"]["budget_usd"]["value"])
    ]
    if complaints:
        raise Problem("\n".join(complaints))
    return table(bills, dict.fromkeys(price.part for price in prices.values()))


def write(made: str) -> None:
    """Put the table into terraform/README.md."""
    text = README.read_text()
    README.write_text(text.replace(BEGIN + written() + END, BEGIN + made + END))
