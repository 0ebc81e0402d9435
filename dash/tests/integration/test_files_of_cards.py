"""The CSV and Excel files of every card, for selections that cannot have any data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash import Dash
from flask.testing import FlaskClient
from support.databases import Database, database
from support.serving import settings_for

from pages import reports
from report_kit.controls import Pick
from report_kit.report_page import NOT_LOADED

FILES = [
    f"/{kind}/{report.name}/{card.name}.{kind}"
    for report in reports()
    for card in report.cards
    for kind in ("csv", "xlsx")
]
STREAMED = {"/csv/requests-list/requests.csv"}
"""Has only its titles if no request matches."""
ADVICE = {
    "council=": "Choose at least one council.",
    "council=4711": "There is no such council.",
    "type=4711": "There is no such type.",
}


def client_for(reader_url: str) -> FlaskClient:
    """A client of the application in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_READER_URL", reader_url)
        import app as module
    app: Dash = module.create(settings_for(reader_url))
    return app.server.test_client()


def _has_advice(name: str, search: str) -> bool:
    """Whether the page of this report needs a council or a type, or lets its reader choose one."""
    (report,) = (one for one in reports() if one.name == name)
    chosen, _, value = search.partition("=")
    picks = [one for one in report.controls if isinstance(one, Pick) and one.dimension.name == chosen]
    return any(one.is_required or value for one in picks)


@pytest.fixture(scope="module")
def client(city: Database) -> FlaskClient:
    return client_for(city.reader_url)


@pytest.fixture(scope="module")
def early() -> Iterator[FlaskClient]:
    """A client of a system before its first load."""
    with database() as empty:
        yield client_for(empty.reader_url)


@pytest.mark.parametrize("search", ADVICE)
def test_a_selection_without_any_data_gets_its_rows_or_the_advice_of_the_page(
    client: FlaskClient, search: str
) -> None:
    """Only the page once checked the selection; the files of an unknown council ended in a 500."""
    responses = {file: client.get(f"{file}?{search}") for file in FILES}
    refused = {file: response for file, response in responses.items() if response.status_code == 404}
    assert {response.text for response in refused.values()} == {ADVICE[search]}
    expected = {file for file in FILES if _has_advice(file.split("/")[2], search)}
    assert refused.keys() == expected - STREAMED
    assert {response.status_code for response in responses.values()} == {200, 404}
    assert not any("Retry-After" in response.headers for response in refused.values())


@pytest.mark.parametrize("search", ["to=0001-01-01", "from=0001-01-01&to=0001-01-02&compare=year"])
def test_no_file_is_of_days_long_before_the_data(client: FlaskClient, search: str) -> None:
    """The comparison and the default period used to compute days before the year 1."""
    responses = [client.get(f"{file}?{search}") for file in FILES if file.startswith("/csv/")]
    assert {response.status_code for response in responses} == {200}


def test_a_period_before_the_data_has_few_rows(client: FlaskClient) -> None:
    """It once had a row for each of 735,000 days."""
    search = "from=0001-01-01&to=2014-12-31"
    text = client.get(f"/csv/neighborhood-weekly/by-day.csv?{search}").text
    assert len(text.splitlines()) <= 2


def test_files_of_an_empty_system_say_that_nothing_is_loaded(early: FlaskClient) -> None:
    responses = [early.get(file) for file in FILES]
    assert {response.status_code for response in responses} <= {200, 404}
    refused = [response.text for response in responses if response.status_code == 404]
    assert len(refused) > len(FILES) / 2
    # Briefs can be chosen before the first load, but there is no council yet.
    assert {*refused} == {NOT_LOADED, ADVICE["council="]}
