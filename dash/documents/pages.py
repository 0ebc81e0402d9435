"""Static pages: HTML that needs no scripts, prints as is and can be saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, current_app
from jinja2 import Environment, FileSystemLoader

from data.errors import DataError, QueryTimeoutError
from pages import reports
from report_kit import text
from report_kit.layout import data_age, notices
from report_kit.report_page import city, warehouse

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"number": text.number, "day": text.day}
ASSETS = Path(__file__).parent.parent / "assets"
STYLES = ("style.css", "zlist.css", "document.css")


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page rendered from a template, with the same menu and footer as every other page."""
    return Response(rendered(template, **values), status, content_type="text/html; charset=utf-8")


def rendered(template: str, **values: Any) -> str:
    """The HTML of a template for these values."""
    facts = warehouse().facts()
    surroundings = {
        "city": facts.city,
        "menu": reports(),
        "age": data_age(facts),
        "notices": [notice.children for notice in notices(facts)],
        "source": facts.city.phrase("Source: service requests of {portal}."),
        "release": current_app.extensions["release"],
        "styles": STYLES,
        "is_file": False,
    }
    return TEMPLATES.get_template(template).render(surroundings | values)


def styles() -> str:
    """All style sheets as text, for saved files."""
    return "\n".join((ASSETS / name).read_text() for name in STYLES)


def missing(title: str, advice: str) -> Response:
    """The response for a page that does not exist, with advice."""
    return page("missing.html", 404, title=title, advice=advice)


def failed(error: DataError) -> Response:
    """A page with the advice of an error, without menu and footer, which need data."""
    status = 504 if isinstance(error, QueryTimeoutError) else 503
    html = TEMPLATES.get_template("failed.html").render(advice=error.advice, city=city(), styles=STYLES)
    return Response(html, status, {"Retry-After": "5"}, content_type="text/html; charset=utf-8")
