from __future__ import annotations

from pydantic import BaseModel

from lacity_data_api.params import CamelModel


class Source(CamelModel):
    source_id: int
    source_name: str


class SourceItem(BaseModel):
    """As /sources/{id} has always written it: keys in snake_case."""

    source_id: int
    source_name: str
