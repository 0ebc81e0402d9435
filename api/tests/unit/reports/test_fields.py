from __future__ import annotations

import pytest

from lacity_data_api.reports import fields
from lacity_data_api.reports.fields import Field, narrowest


@pytest.mark.parametrize(
    ("names", "rollup"),
    [
        (["type_name", "created_date"], "rollup_day_type"),
        (["created_year"], "rollup_day_type"),
        (["source_name", "created_dow"], "rollup_day_source"),
        (["agency_id"], "rollup_day_agency"),
        (["council_name"], "rollup_day_council"),
        (["council_name", "type_name", "created_month"], "rollup_day_type_council"),
        (["created_hour", "type_name"], "rollup_hour_type"),
        (["created_hour", "source_name", "created_date"], "rollup_hour_source"),
        (["agency_name", "type_id", "created_date"], "rollup_day_type_agency"),
        (["source_name", "type_name"], "rollup_day_type_source"),
        (["agency_name", "source_name"], "rollup_daily"),
    ],
)
def test_the_narrowest_rollup_answers(names: list[str], rollup: str) -> None:
    assert narrowest(names) == rollup


def test_hours_by_council_are_counted_from_the_requests() -> None:
    assert narrowest([Field.CREATED_HOUR, Field.COUNCIL_NAME]) == fields.REQUESTS
