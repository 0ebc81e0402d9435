"""Documents outside the Dash app: files of requests, one request, a square of the map, council briefs."""

from __future__ import annotations

from flask import Flask

from documents import brief_page, lists, map_requests, request_page


def add_documents(server: Flask) -> None:
    """Register the URLs of all documents."""
    server.add_url_rule("/requests.csv", "requests-csv", lists.csv_file)
    server.add_url_rule("/requests.xlsx", "requests-xlsx", lists.excel_file)
    # The generic CSV of a card has only the rows that it shows: for this card, a single page.
    server.add_url_rule("/csv/requests-list/requests.csv", "requests-list-csv", lists.csv_file)
    server.add_url_rule("/xlsx/<report>/<card>.xlsx", "card-xlsx", lists.card_as_excel)
    server.add_url_rule("/request/<path:number>", "one-request", request_page.show)
    server.add_url_rule("/map/requests", "map-requests", map_requests.newest)
    server.add_url_rule("/brief/<int:council>", "brief", brief_page.show)
    server.add_url_rule("/brief/<int:council>.<any(html,png,csv):kind>", "brief-file", brief_page.file)
