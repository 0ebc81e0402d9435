from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.sql.expression import Select

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.models import Council, Region
from lacity_data_api.queries import is_id, listed, single, written_list
from lacity_data_api.request_types.repository import OPEN_COUNTS, stats_of_types, stats_of_types_and_councils


def _councils() -> Select:
    columns = [
        Council.council_id.label("councilId"),
        Council.council_name.label("councilName"),
        Council.website,
        Council.twitter,
        Council.region_id.label("regionId"),
        Region.region_name.label("regionName"),
        Council.latitude,
        Council.longitude,
    ]
    tables = Council.__table__.join(Region.__table__, Council.region_id == Region.region_id)
    # Council 0 stands for "No council".
    return select(columns).select_from(tables).where(Council.council_id > 0).order_by(Council.council_id)


def all_councils() -> Question:
    return Question("councils", listed(_councils()), ttl_seconds=DAY_SECONDS)


def one_council(council_id: int) -> Question:
    query = single(_councils().where(is_id(Council.council_id, council_id)))
    return Question("council", query, {"id": council_id}, is_shared=False)


def stats_of_all() -> Question:
    query = written_list(stats_of_types_and_councils())
    return Question("councils/types/stats", query, ttl_seconds=DAY_SECONDS)


def stats_of_one(council_id: int) -> Question:
    query = written_list(stats_of_types("council_id = CAST(:council_id AS bigint)"), council_id=council_id)
    return Question("council/types/stats", query, {"id": council_id})


def open_counts(council_id: int) -> Question:
    query = written_list(
        OPEN_COUNTS.format(where="o.council_id = CAST(:council_id AS bigint)"), council_id=council_id
    )
    return Question("council/counts/open", query, {"id": council_id})
