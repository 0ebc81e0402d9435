from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field


class ReportRow(BaseModel):
    """One group: the requested fields, and the number of its requests."""

    created_year: int = Field(default=0, examples=[2020])
    created_month: int = Field(default=0, examples=[1], description="1 to 12")
    created_dow: int = Field(default=0, examples=[3], description="Weekday, 0 is Sunday")
    created_hour: int = Field(default=0, examples=[14], description="0 to 23")
    created_date: dt.date = Field(default=dt.date(2020, 1, 2))
    council_name: str = Field(default="", examples=["Lake Balboa"])
    type_name: str = Field(default="", examples=["Graffiti"])
    agency_name: str = Field(default="", examples=["Sanitation Bureau"])
    source_name: str = Field(default="", examples=["Mobile App"])
    group_id: int = Field(default=0, examples=[3], description="0: in no group")
    group_name: str = Field(default="", examples=["Streetlights"])
    counts: int = Field(examples=[246])
