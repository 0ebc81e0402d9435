from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from lacity_data_api.legacy.schemas import MapFilter


def body(**changed: Any) -> dict[str, Any]:
    return {"startDate": "1/2/20", "endDate": "01/02/2020", "ncList": [], "requestTypes": []} | changed


@pytest.mark.parametrize(
    "written", ["1/2/20", "01/02/2020", "1/2/2020", "2020-01-02", "2020-01-02T08:00:00.000Z"]
)
def test_day_is_read_in_all_ways_that_clients_write_it(written: str) -> None:
    assert MapFilter(**body(startDate=written)).start_date == dt.date(2020, 1, 2)


@pytest.mark.parametrize(
    "written", ["", "13/01/2020", "02/30/2020", "yesterday", "1/2", "20200102", 20200102, None, True, {}]
)
def test_other_forms_of_days_are_rejected(written: Any) -> None:
    with pytest.raises(ValidationError):
        MapFilter(**body(startDate=written))


def test_days_must_be_in_order() -> None:
    with pytest.raises(ValidationError, match="startDate must not be after endDate"):
        MapFilter(**body(startDate="1/3/20"))


def test_snake_case_is_accepted() -> None:
    written = {"start_date": "1/2/20", "end_date": "1/2/20", "nc_list": [52], "request_types": ["Other"]}
    assert MapFilter(**written).nc_list == [52]
