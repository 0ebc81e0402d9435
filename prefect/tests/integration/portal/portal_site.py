"""A running portal with a client, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import httpx
from pipeline_tests.programs import NO_CERTIFICATES

from portal.controller import Controller
from portal.server import serve

TODAY = date(2026, 11, 24)


class Site(NamedTuple):
    """A client whose paths start at the portal, the portal's controller and its address."""

    http: httpx.Client
    controller: Controller
    url: str


def running_site(rows: int) -> Iterator[Site]:
    """A portal of that many generated requests, stopped when the iterator ends."""
    with (
        serve(rows=rows, today=TODAY, has_admin=True) as (url, controller),
        httpx.Client(base_url=url, timeout=60, trust_env=False, verify=NO_CERTIFICATES) as http,
    ):
        yield Site(http, controller, url)
