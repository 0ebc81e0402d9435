"""The city's portal: sodapy plus plain HTTP, retries, streamed pages, and SODA3 as a successor to SODA2."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from sodapy import Socrata

from pipeline.config import Settings
from pipeline.errors import PortalError, TokenError, UnavailableError
from pipeline.query import Query
from pipeline.responses import check, clean, network_errors, pieces, shape_errors
from pipeline.retries import Retries

log = logging.getLogger(__name__)
Result = TypeVar("Result")
SODA2, SODA3 = "soda2", "soda3"


class Portal(Socrata):  # type: ignore[misc]  # sodapy has no types
    """The city's portal. Every method raises PortalError, with a message, for any network failure.

    ``transport`` is the API that the last query used: SODA2 until the portal stops serving a dataset with it.
    """

    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.socrata_url)
        adapter = {"prefix": f"{address.scheme}://", "adapter": HTTPAdapter()}
        token = settings.socrata_app_token.get_secret_value()
        timeout = settings.socrata_timeout_seconds
        # Without a token sodapy warns on the root logger every time; the run warns once instead.
        super().__init__(address.netloc, token or "none", session_adapter=adapter, timeout=timeout)
        if not token:
            del self.session.headers["X-App-token"]
        self.session.headers["User-Agent"] = f"311-data-server/{version('sodapy')} (nightly ingest; sodapy)"
        self.page_seconds = settings.socrata_page_seconds
        self.retries = Retries(settings.socrata_attempts, settings.socrata_backoff_seconds)
        self.transport = SODA3 if settings.socrata_transport == SODA3 else SODA2
        self.may_switch = settings.socrata_transport == "auto"
        self.has_token = bool(token)

    def rows(self, dataset_id: str, query: Query) -> list[dict[str, Any]]:
        """The rows of a small query."""
        return self._by_transport(dataset_id, lambda: self._small(dataset_id, query))

    def only_row(self, dataset_id: str, query: Query) -> dict[str, Any]:
        """The only row of a query for aggregates."""
        found = self.rows(dataset_id, query)
        with shape_errors(dataset_id):
            if not found or any(row != found[0] for row in found):
                raise PortalError(f"{dataset_id}: the portal responded to a count with {len(found)} rows")
            return dict(found[0])

    def count(self, dataset_id: str, where: str = "") -> int:
        """The portal's own row count."""
        row = self.only_row(dataset_id, Query("count(*) as rows", where))
        with shape_errors(dataset_id):
            return int(row["rows"])

    def columns(self, dataset_id: str) -> frozenset[str]:
        """Names of the dataset's current columns, without system columns."""
        found = self.get_metadata(dataset_id)
        with shape_errors(dataset_id):
            return frozenset(str(field["fieldName"]) for field in found.get("columns", []))

    def catalog(self, title: str) -> list[dict[str, Any]]:
        """The datasets whose titles contain these words, without views, maps and charts made from them."""
        with shape_errors("the catalog"):
            found = self.datasets(q=title, only=["dataset"])
            return [entry["resource"] for entry in found if entry["resource"].get("type") == "dataset"]

    def boundaries(self, dataset_id: str) -> dict[str, Any]:
        """The dataset's polygons as a GeoJSON feature collection."""
        resource = f"/api/geospatial/{dataset_id}"
        parameters = {"method": "export", "format": "GeoJSON"}
        return cast("dict[str, Any]", self._perform_request("get", resource, params=parameters))

    @contextmanager
    def page(self, dataset_id: str, query: Query) -> Iterator[Iterator[bytes]]:
        """One CSV page, as clean UTF-8 in pieces. Not retried: the caller must drop a partial page first."""
        with (
            network_errors(dataset_id),
            self._by_transport(dataset_id, lambda: self._csv(dataset_id, query)) as response,
        ):
            yield clean(pieces(response, self.page_seconds))

    def _small(self, dataset_id: str, query: Query) -> list[dict[str, Any]]:
        if self.transport == SODA2:
            return cast("list[dict[str, Any]]", self.get(dataset_id, **query.parameters))
        resource = soda3_resource(dataset_id, "json")
        found = self._perform_request("post", resource, json=soda3_body(query))
        return cast("list[dict[str, Any]]", found["data"] if isinstance(found, dict) else found)

    def _csv(self, dataset_id: str, query: Query) -> requests.Response:
        if self.transport == SODA2:
            parameters = {f"${name}": value for name, value in query.parameters.items()}
            resource = f"/resource/{dataset_id}.csv"
            return self._send("get", resource, "text/csv", params=parameters, stream=True)
        body = soda3_body(query)
        return self._send("post", soda3_resource(dataset_id, "csv"), "text/csv", json=body, stream=True)

    def _by_transport(self, dataset_id: str, ask: Callable[[], Result]) -> Result:
        try:
            return ask()
        except UnavailableError:
            if not (self.may_switch and self.transport == SODA2 and self._exists(dataset_id)):
                raise
        if not self.has_token:
            raise TokenError("the portal has ended SODA2, and SODA3 needs a token: set SOCRATA_APP_TOKEN")
        log.warning("%s: no longer available through SODA2; using SODA3 from now on", dataset_id)
        self.transport = SODA3
        return ask()

    def _exists(self, dataset_id: str) -> bool:
        try:
            return bool(self.get_metadata(dataset_id))
        except UnavailableError:
            return False

    def _perform_request(self, request_type: str, resource: str, **details: Any) -> Any:
        """Overrides sodapy's method for small requests, to add checks and retries."""

        def attempt() -> Any:
            with network_errors(resource):
                return self._send(request_type, resource, "json", **details).json()

        return self.retries(attempt)

    def _send(self, method: str, resource: str, content_type: str, **details: Any) -> requests.Response:
        uri = f"{self.uri_prefix}{self.domain}{resource}"
        response: requests.Response = self.session.request(method, uri, timeout=self.timeout, **details)
        try:
            check(response, content_type)
        except PortalError:
            # A streamed response holds its connection until it is closed.
            response.close()
            raise
        return response


def soda3_resource(dataset_id: str, form: str) -> str:
    return f"/api/v3/views/{dataset_id}/query.{form}"


def soda3_body(query: Query) -> dict[str, Any]:
    """The whole query as one page: the caller pages by keyset, which stays fast up to the last page."""
    page = {} if query.limit is None else {"page": {"pageNumber": 1, "pageSize": query.limit}}
    return {"query": query.text, "includeSynthetic": False, **page}
