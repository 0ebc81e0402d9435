"""A SoQL query, as the parameters of SODA2 or as the text of SODA3."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """A query of one dataset; empty parts are left out."""

    select: str
    where: str = ""
    group: str = ""
    order: str = ""
    limit: int | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters under SODA2's names, without the ``$``."""
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
        """The query as one statement for SODA3."""
        words = {"group": "GROUP BY", "order": "ORDER BY"}
        return " ".join(f"{words.get(name, name.upper())} {part}" for name, part in self.parameters.items())
