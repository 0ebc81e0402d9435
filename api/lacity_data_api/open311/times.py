"""Converts published local times to instants, and instants to published local times.

A published time has no offset. In the hour that repeats in fall it means the first occurrence; a time that is
skipped in spring means the time an hour later. Published times are therefore not in the order of their
instants: no single bound on them could put a skipped time into the right ranges, so it counts as earlier.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress

FORM = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d+))?(Z|[+\- ]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
HALF_HOUR = dt.timedelta(minutes=30)
MICROSECOND = dt.timedelta(microseconds=1)


def to_instant(published: str, zone: dt.tzinfo) -> str:
    """The time with the offset of the city's zone; a time that has an offset remains the same instant."""
    moment = dt.datetime.fromisoformat(published)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    # The first and the last hours of the calendar have no instant.
    with suppress(OverflowError):
        moment = moment.astimezone(dt.UTC).astimezone(zone)
    # RFC 3339 knows no seconds of an offset, which zones had until 1883.
    minutes = round((moment.utcoffset() or dt.timedelta()) / MINUTE)
    return moment.replace(tzinfo=dt.timezone(minutes * MINUTE)).isoformat()


def to_published(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The first published time that is not before this instant."""
    local = moment.astimezone(zone)
    while local.fold:  # no published time means the second occurrence of an hour
        local = (moment := _next_half_hour(moment)).astimezone(zone)
    return local.replace(tzinfo=None)


def _next_half_hour(moment: dt.datetime) -> dt.datetime:
    since = dt.timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    return moment - since + HALF_HOUR


def parse(text: str, zone: dt.tzinfo) -> tuple[dt.datetime, bool]:
    """A W3C time, and whether it is a whole day; without a zone it is the city's local time.

    Raises ValueError for anything else, and for times that do not exist. A blank stands for a plus sign,
    which many clients forget to encode.
    """
    match = FORM.fullmatch(text)
    if match is None:
        raise ValueError("must be a time as 2020-01-31T08:00:00-08:00")
    day, time, fraction, offset = match.groups()
    written = f"{day}T{time or '00:00'}"
    if fraction:
        written += f"{':00' * (len(time) == 5)}.{fraction[:6]:0<6}"
    moment = _on_calendar(written + (offset or "").replace(" ", "+").upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone), time is None


def _on_calendar(written: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError("is not a valid date and time") from error
    # Results of converting zones and adding spans must stay within the calendar.
    if not 2 <= moment.year <= 9998:
        raise ValueError("must be in the years 2 to 9998")
    return moment
