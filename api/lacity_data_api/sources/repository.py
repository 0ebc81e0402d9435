from __future__ import annotations

from sqlalchemy import select

from lacity_data_api.cache.question import DAY_SECONDS, Question
from lacity_data_api.models import Source
from lacity_data_api.queries import is_id, listed, single


def all_sources() -> Question:
    columns = [Source.source_id.label("sourceId"), Source.source_name.label("sourceName")]
    query = listed(select(columns).order_by(Source.source_id))
    return Question("sources", query, ttl_seconds=DAY_SECONDS)


def one_source(source_id: int) -> Question:
    columns = [Source.source_id, Source.source_name]
    query = single(select(columns).where(is_id(Source.source_id, source_id)))
    return Question("source", query, {"id": source_id}, is_shared=False)
