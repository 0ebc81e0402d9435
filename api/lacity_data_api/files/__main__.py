"""``python -m lacity_data_api.files FOLDER``: serve only published files, without the API's database."""

from __future__ import annotations

import argparse

import uvicorn
from fastapi import FastAPI

from lacity_data_api.files.any_origin import AnyOrigin
from lacity_data_api.files.endpoints import files_router
from lacity_data_api.routing import add_routes


def main() -> None:
    """Serve until a signal arrives."""
    parser = argparse.ArgumentParser(prog="python -m lacity_data_api.files", description=__doc__)
    parser.add_argument("folder", help="the folder that `python -m pipeline.files` fills")
    parser.add_argument("--port", type=int, default=5001)
    chosen = parser.parse_args()
    app = FastAPI(title="311 files")
    add_routes(app, files_router(chosen.folder))
    uvicorn.run(AnyOrigin(app), port=chosen.port, access_log=False)


if __name__ == "__main__":
    main()
