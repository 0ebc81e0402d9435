"""The parameters of GeoReport, parsed from text: clients send times, lists and blanks in many forms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, NamedTuple, TypeVar

from fastapi import Depends, Path, Query, Request

from lacity_data_api.city.facts import City
from lacity_data_api.errors import InvalidError, NotFoundError
from lacity_data_api.open311 import times
from lacity_data_api.open311.errors import BadRequestError
from lacity_data_api.open311.filters import UNBOUNDED, Circle, RequestsFilter, Span
from lacity_data_api.open311.formats import Format
from lacity_data_api.params import Include, parse_number, srnumber_forms
from lacity_data_api.requests.filters import Status
from lacity_data_api.requests.params import parse_bounds
from lacity_data_api.state import state_of

T = TypeVar("T")

MAX_SPAN = dt.timedelta(days=90)
MAX_REQUESTS = 1_000
PAGE_SIZE = 100
MAX_PAGE = 1_000_000_000
MAX_RADIUS_METERS = 100_000
MAX_CODE = 2**31 - 1
NUMBER = re.compile(r"\d{1,12}", re.ASCII)


class Page(NamedTuple):
    """A page; ``number`` starts at 1."""

    number: int
    size: int


@dataclass(frozen=True)
class Parameters:
    """Parameters as given; an empty one is treated as absent."""

    service_request_id: Annotated[
        str | None,
        Query(
            description="Numbers, comma-separated, at most 1,000; "
            "all other filters, `page` and `page_size` are ignored"
        ),
    ] = None
    service_code: Annotated[str | None, Query(description="Codes of services, comma-separated")] = None
    start_date: Annotated[
        str | None,
        Query(description="First requested_datetime; local time without a zone", examples=["2020-01-01"]),
    ] = None
    end_date: Annotated[
        str | None,
        Query(description="Last requested_datetime, at most 90 days later", examples=["2020-01-31"]),
    ] = None
    status: Annotated[str | None, Query(description="open, closed, or both, comma-separated")] = None
    updated_after: Annotated[str | None, Query(description="First updated_datetime")] = None
    updated_before: Annotated[
        str | None, Query(description="Last updated_datetime, at most 90 days later")
    ] = None
    bbox: Annotated[str | None, Query(description="West, south, east, north in degrees")] = None
    lat: Annotated[str | None, Query(description="Latitude of the center of a circle")] = None
    long: Annotated[str | None, Query(description="Longitude of the center of a circle")] = None
    radius: Annotated[str | None, Query(description="Radius of the circle in meters")] = None
    page: Annotated[str | None, Query(description="From 1; pages are in order of time, oldest first")] = None
    page_size: Annotated[str | None, Query(description="At most 1,000; 100 by default")] = None
    extensions: Annotated[
        str | None, Query(description="true: extended_attributes and notes of each request")
    ] = None
    information: Annotated[
        str | None, Query(description="include: also calls for information, which are not requests")
    ] = None


class Reader:
    """Parses parameters one by one and collects all errors."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self._values = {name: text.strip() for name, text in values.items() if text and text.strip()}
        self._wrong: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """None if the parameter is absent or invalid; ``parse`` raises ValueError or InvalidError."""
        if name not in self._values:
            return None
        try:
            return parse(self._values[name])
        except (ValueError, InvalidError) as error:
            self.reject(name, str(error))
            return None

    def reject(self, name: str, reason: str) -> None:
        self._wrong.append(f"{name}: {reason}")

    def check(self) -> None:
        """Raises BadRequestError if any parameter was invalid."""
        if self._wrong:
            raise BadRequestError(self._wrong)


@dataclass(frozen=True)
class WantedRequests:
    """A client's query; without a page, it is for the newest requests."""

    filter: RequestsFilter
    page: Page | None
    is_extended: bool
    # False if the span depends on today.
    is_lasting: bool


def _listed(text: str) -> list[str]:
    if "\x00" in text:
        raise ValueError("must not contain NUL")
    text.encode()  # raises UnicodeEncodeError, a ValueError, for half a surrogate pair
    return sorted({part.strip() for part in text.split(",") if part.strip()})


def numbers(text: str) -> list[str]:
    """Every form in which the data may contain these numbers."""
    if len(_listed(text)) > MAX_REQUESTS:
        raise ValueError(f"must contain at most {MAX_REQUESTS} numbers")
    return sorted({form for number in _listed(text) for form in srnumber_forms(number)})


def codes(text: str) -> list[int]:
    """Ids of types; text that cannot be one matches nothing."""
    parts = (int(part) for part in _listed(text) if NUMBER.fullmatch(part))
    return sorted(code for code in parts if code <= MAX_CODE)


def single_code(text: str) -> int:
    """The id of a type; -1, which no type has, for text that cannot be one."""
    found = codes(text) if NUMBER.fullmatch(text.strip()) else []
    return found[0] if found else -1


def _status(text: str) -> Status | None:
    """The given status; None for both."""
    try:
        given = {Status(part) for part in _listed(text.lower())}
    except ValueError as error:
        raise ValueError("must be open, closed, or open,closed") from error
    return given.pop() if len(given) == 1 else None


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"must be {' or '.join(allowed)}")
        return text.lower()

    return parse


def _whole(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
            raise ValueError(f"must be a whole number from 1 to {most}")
        return int(text)

    return parse


def _number(least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        message = f"must be a number from {least:g} to {most:g}"
        try:
            value = parse_number(text)
        except ValueError as error:
            raise ValueError(message) from error
        if not least <= value <= most:
            raise ValueError(message)
        return value

    return parse


def _span(reader: Reader, first_name: str, last_name: str, city: City) -> Span:
    """The given times, or 90 days if only one is given; unbounded if there is none."""

    def moment(text: str) -> tuple[dt.datetime, bool]:
        return times.parse(text, city.time_zone)

    first, last = (reader.read(name, moment) for name in (first_name, last_name))
    if first and last:
        if first[0] > last[0]:
            reader.reject(first_name, f"must not be after {last_name}")
        elif last[0] - first[0] > MAX_SPAN:
            reader.reject(last_name, f"must be at most 90 days after {first_name}")
    if not first and not last:
        return UNBOUNDED
    after = last[0] + (times.DAY if last[1] else times.MICROSECOND) if last else None
    begin = first[0] if first else after - MAX_SPAN if after else None
    end = after or (begin + MAX_SPAN if begin else None)
    return Span(*(times.to_published(one, city.time_zone) for one in (begin, end) if one))


def _recent(city: City) -> Span:
    """The last 90 days, today included; whole days, so that a rollup can count them."""
    end = dt.datetime.combine(city.today() + times.DAY, dt.time())
    return Span(end - MAX_SPAN, end)


def days_of(recent: Span) -> dict[str, str]:
    """The parameters of the same span on any other day."""
    if recent.first is None or recent.end is None:
        return {}
    last = recent.end - times.DAY
    return {"start_date": recent.first.date().isoformat(), "end_date": last.date().isoformat()}


def _circle(reader: Reader) -> Circle | None:
    limits = {"lat": (-90, 90), "long": (-180, 180), "radius": (1, MAX_RADIUS_METERS)}
    values = [reader.read(name, _number(*ends)) for name, ends in limits.items()]
    given = [name in reader for name in limits]
    if any(given) and not all(given):
        missing = [name for name in limits if name not in reader]
        reader.reject(missing[0], "lat, long and radius belong together")
    found = [value for value in values if value is not None]
    return Circle(*found) if len(found) == len(limits) else None


def _page(reader: Reader) -> Page | None:
    number = reader.read("page", _whole(MAX_PAGE))
    size = reader.read("page_size", _whole(MAX_REQUESTS))
    if number is None and size is None:
        return None
    return Page(number or 1, size or PAGE_SIZE)


def _filter(reader: Reader, city: City) -> RequestsFilter:
    requested = _span(reader, "start_date", "end_date", city)
    updated = _span(reader, "updated_after", "updated_before", city)
    if requested == updated == UNBOUNDED:
        requested = _recent(city)
    return RequestsFilter(
        type_ids=reader.read("service_code", codes),
        requested=requested,
        updated=updated,
        status=reader.read("status", _status),
        bbox=reader.read("bbox", lambda text: parse_bounds(text, city)),
        circle=_circle(reader),
        information=Include(reader.read("information", _choice("include", "exclude")) or "exclude"),
    )


def parse(values: Mapping[str, str | None], city: City) -> WantedRequests:
    """Raises BadRequestError with every invalid parameter; numbers override all other filters."""
    reader = Reader(values)
    is_extended = reader.read("extensions", _choice("true", "false")) == "true"
    if "service_request_id" in reader:
        wanted = RequestsFilter(numbers=reader.read("service_request_id", numbers))
        page = None
    else:
        wanted, page = _filter(reader, city), _page(reader)
    reader.check()
    dated = {"start_date", "end_date", "updated_after", "updated_before", "service_request_id"}
    return WantedRequests(wanted, page, is_extended, any(name in reader for name in dated))


def _known_format(format: Annotated[str, Path(description="json or xml", examples=["json"])]) -> Format:  # noqa: A002
    try:
        return Format(format)
    except ValueError as error:
        raise NotFoundError("the formats are .json and .xml") from error


async def _known_city(
    request: Request,
    jurisdiction_id: Annotated[
        str | None, Query(description="The key of the city; this server has only one, so it may be left out")
    ] = None,
    api_key: Annotated[str | None, Query(description="Not needed")] = None,  # noqa: ARG001  clients send it
) -> City:
    city = await state_of(request).facts.city()
    if (jurisdiction_id or "").strip().lower() not in {"", city.key}:
        raise NotFoundError(f"jurisdiction_id: the only one is {city.key}")
    return city


def _wanted_requests(
    city: Annotated[City, Depends(_known_city)], given: Annotated[Parameters, Depends()]
) -> WantedRequests:
    return parse(asdict(given), city)


def _is_extended(
    extensions: Annotated[str | None, Query(description="true: extended_attributes and notes")] = None,
) -> bool:
    return _chosen("extensions", extensions, "true", "false")


def _has_information(
    information: Annotated[
        str | None, Query(description="include: also types of calls for information, which are not requests")
    ] = None,
) -> bool:
    return _chosen("information", information, "include", "exclude")


def _chosen(name: str, text: str | None, yes: str, no: str) -> bool:
    """Raises BadRequestError for any value except these two, or no value."""
    reader = Reader({name: text})
    choice = reader.read(name, _choice(yes, no))
    reader.check()
    return choice == yes


PathFormat = Annotated[Format, Depends(_known_format)]
KnownCity = Annotated[City, Depends(_known_city)]
Wanted = Annotated[WantedRequests, Depends(_wanted_requests)]
Extensions = Annotated[bool, Depends(_is_extended)]
Information = Annotated[bool, Depends(_has_information)]
