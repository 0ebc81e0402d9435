"""Definitions of the numbers in the reports, shown next to each number and together on one page."""

from __future__ import annotations

from typing import NamedTuple

PATH = "/definitions"


class Definition(NamedTuple):
    """A term and what it means; ``{area}`` and other words of the city are replaced."""

    title: str
    text: str


DEFINITIONS = {
    "requests": Definition(
        "Requests",
        "Service requests created in the period, one per SR number, located or not. Calls for information "
        "count only if you include them.",
    ),
    "open": Definition(
        "Open now",
        "Requests without a closed date whose status does not end them, as of the last load. "
        "They may be of any age: every filter applies except the period.",
    ),
    "closed": Definition(
        "Closed requests",
        "Requests whose closed date is in the period, regardless of when they were created. Canceled, "
        "duplicate and referred requests with a closed date are included.",
    ),
    "net": Definition(
        "Net change", "New requests minus closed ones: above zero, more came in than were closed."
    ),
    "median": Definition(
        "Median days to close",
        "The smallest number of whole days within which half of the closed requests were closed. It is "
        "exact, and excludes requests that are still open.",
    ),
    "p90": Definition(
        "90th percentile",
        "The smallest number of whole days within which nine out of ten closed requests were closed.",
    ),
    "same-day": Definition(
        "Closed quickly",
        "Shares of the closed requests that took 0 days (closed on the day they were created), or 7 days "
        "or less.",
    ),
    "rate": Definition(
        "Per 10,000 people",
        "Requests of the whole period, divided by the population of the {population}, times 10,000. Requests "
        "outside every {area} are not part of any rate.",
    ),
    "people": Definition("People", "The population of the {population}."),
    "no-council": Definition(
        "Outside all councils",
        "Requests that are in no {area}. They count in every total, and are shown separately.",
    ),
    "average": Definition(
        "Requests a day", "Requests in the period divided by its days, including days without requests."
    ),
    "compared": Definition(
        "Comparisons",
        "Periods are compared day for day: the current month, quarter or year so far with the same days of "
        "the previous one, other periods with the same number of days just before, or with the same dates a "
        "year earlier. A change is shown only if all days are loaded, and as a percentage only if its base "
        "is 20 requests or more.",
    ),
    "groups": Definition(
        "Agencies, sources and types",
        "How many of them have at least one request in the period. Agencies with the same name count as one.",
    ),
}
