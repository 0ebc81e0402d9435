"""The report server's documents, served in this process: no Dash pages, and no server to start."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from data.warehouse import Warehouse
from documents import add_documents


def client_of(warehouse: Warehouse) -> FlaskClient:
    app = Flask("documents")
    app.extensions |= {"warehouse": warehouse, "release": "test"}
    add_documents(app)
    return app.test_client()
