"""A SoQL query, as the parameters of SODA2 or as the text of SODA3."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """What to ask of one dataset; empty parts are left out."""

    select: str
    where: str = ""
    group: str = ""
    order: str = ""
    limit: int | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """By the names of SODA2, without their ``$``."""
        limit = "" if self.limit is None else str(self.limit)
        parts = {
            "select": self.select,
            "where": self.where,
            "group": self.group,
            "order": self.order,
            "limit": limit,
        }
        return {name: value for name, value in parts.items() if value}

    @property
    def text(self) -> str:
        """One statement, as SODA3 takes it."""
        words = {"group": "GROUP BY", "order": "ORDER BY"}
        return " ".join(f"{words.get(name, name.upper())} {part}" for name, part in self.parameters.items())
