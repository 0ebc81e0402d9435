"""Runs in the API's environment: serves a folder of published files and logs every request.

python counting_server.py FOLDER PORT LOG
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from lacity_data_api.files.any_origin import AnyOrigin
from lacity_data_api.files.endpoints import files_router


class Counting:
    """ASGI middleware: logs one line of JSON for each completed response."""

    def __init__(self, app: Any, log: Path) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        noted = {"method": scope["method"], "path": scope["path"], "status": 0, "bytes": 0}

        async def counting(message: Any) -> None:
            noted["status"] = message.get("status", noted["status"])
            noted["bytes"] += len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, counting)
        with self._log.open("a") as file:
            file.write(json.dumps(noted) + "\n")


if __name__ == "__main__":
    folder, port, log = sys.argv[1:]
    app = FastAPI()
    app.include_router(files_router(folder))
    uvicorn.run(Counting(AnyOrigin(app), Path(log)), port=int(port), log_level="warning")
