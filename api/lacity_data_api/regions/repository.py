from __future__ import annotations

from sqlalchemy import select

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.models import Region
from lacity_data_api.queries import is_id, listed, single


def all_regions() -> Question:
    columns = [
        Region.region_id.label("regionId"),
        Region.region_name.label("regionName"),
        Region.latitude,
        Region.longitude,
    ]
    query = listed(select(columns).order_by(Region.region_id))
    return Question("regions", query, ttl_seconds=DAY_SECONDS)


def one_region(region_id: int) -> Question:
    columns = [Region.region_id, Region.region_name, Region.latitude, Region.longitude]
    query = single(select(columns).where(is_id(Region.region_id, region_id)))
    return Question("region", query, {"id": region_id}, is_shared=False, missing="Region is not found")
