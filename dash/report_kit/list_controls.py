"""Controls without fixed options: a text, the page of a list, a condition that only links set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import dcc
from dash.development.base_component import Component

from data.facts import Facts
from data.warehouse import Warehouse
from report_kit.controls import Choice


class PatternOptions(Mapping[str, str]):
    """Options that are all texts matching a pattern; the empty text is the default."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def __getitem__(self, value: str) -> str:
        if value and not self._pattern.fullmatch(value):
            raise KeyError(value)
        return value

    def __iter__(self) -> Iterator[str]:
        yield ""

    def __len__(self) -> int:
        return 1


@dataclass(frozen=True)
class Menu(Choice):
    """A choice with more options than fit side by side."""

    def component(self, report: str, value: str, facts: Facts, _warehouse: Warehouse) -> Component:
        return dmc.Select(
            id={"report": report, "control": self.name},
            label=self.label,
            data=self.spoken_options(facts),
            value=value,
            allowDeselect=False,
            w=220,
        )


@dataclass(frozen=True)
class Text(Choice):
    """A text that the reader types."""

    hint: str = ""

    def component(self, report: str, value: str, _facts: Facts, _warehouse: Warehouse) -> Component:
        return dmc.TextInput(
            id={"report": report, "control": self.name},
            label=self.label,
            placeholder=self.hint,
            value=value,
            debounce=600,
            w=220,
        )


@dataclass(frozen=True)
class HiddenParameter(Choice):
    """A value set by links and scripts, such as the page of a list; the card describes its effect."""

    def component(self, report: str, value: str, _facts: Facts, _warehouse: Warehouse) -> Component:
        identity: Any = {"report": report, "control": self.name}
        return dcc.Input(id=identity, type="hidden", value=value)
