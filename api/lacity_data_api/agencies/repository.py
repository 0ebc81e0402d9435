from __future__ import annotations

from sqlalchemy import select

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.models import Agency
from lacity_data_api.queries import is_id, listed, single


def all_agencies() -> Question:
    columns = [
        Agency.agency_id.label("agencyId"),
        Agency.agency_name.label("agencyName"),
        Agency.website,
        Agency.twitter,
    ]
    query = listed(select(columns).order_by(Agency.agency_id))
    return Question("agencies", query, ttl_seconds=DAY_SECONDS)


def one_agency(agency_id: int) -> Question:
    columns = [Agency.agency_id, Agency.agency_name, Agency.website, Agency.twitter]
    query = single(select(columns).where(is_id(Agency.agency_id, agency_id)))
    return Question("agency", query, {"id": agency_id}, is_shared=False)
