"""The published columns of ``requests``, in the table's order."""

from __future__ import annotations

REQUEST_COLUMNS = (
    "srnumber",
    "requesttype",
    "status",
    "actiontaken",
    "createddate",
    "updateddate",
    "servicedate",
    "closeddate",
    "requestsource",
    "anonymous",
    "mobileos",
    "owner",
    "nc",
    "ncname",
    "policeprecinct",
    "apc",
    "assignto",
    "cd",
    "cdmember",
    "address",
    "zipcode",
    "latitude",
    "longitude",
    "outcome",
    "reason",
)
CODED_COLUMNS = ("requesttype", "owner", "requestsource")
"""Columns whose values are looked up in a reference table, so that aliases make sense."""
