from __future__ import annotations

import asyncio
import json
import logging
import sys

import pytest

from lacity_data_api import __main__ as program
from lacity_data_api.http import access_log
from lacity_data_api.http.access_log import MAX_PATH_LENGTH, AccessLog, Outcome, client_of
from lacity_data_api.logs import formatter


def _record(**more: object) -> logging.LogRecord:
    return logging.LogRecord("a.logger", logging.WARNING, "file.py", 1, "%d of %s", (3, "ñ\n"), **more)  # type: ignore[arg-type]


def test_a_record_is_one_line_of_json() -> None:
    line = formatter().format(_record(exc_info=None))
    fields = json.loads(line)
    assert "\n" not in line
    assert (fields["level"], fields["logger"], fields["message"]) == ("WARNING", "a.logger", "3 of ñ\n")
    assert fields["time"].endswith("+00:00")


def test_a_traceback_is_part_of_the_line() -> None:
    try:
        {}["lost"]
    except KeyError:
        line = formatter().format(_record(exc_info=sys.exc_info()))
    assert "KeyError: 'lost'" in json.loads(line)["exception"]
    assert "\n" not in line


def _add(log: AccessLog, path: str) -> None:
    scope = {"method": "GET", "path": path, "query_string": b"a=1", "client": ("192.0.2.1", 1)}
    log.add(b"id-1", Outcome.of(scope, "/route", 200, 12), 0.00123456, client_of(scope))


def test_access_lines_are_written_in_order(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = AccessLog()
    for number in range(100):
        _add(log, f"/{number}" + "x" * 2 * MAX_PATH_LENGTH)
    log.flush()
    log.flush()
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [line["path"] for line in lines] == [
        f"/{number}".ljust(MAX_PATH_LENGTH, "x") for number in range(100)
    ]
    assert lines[0] | {"time": "", "path": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "access",
        "request_id": "id-1",
        "method": "GET",
        "route": "/route",
        "path": "",
        "query": "a=1",
        "status": 200,
        "bytes": 12,
        "seconds": 0.001235,
        "client": "192.0.2.1",
    }


def test_an_access_log_without_a_reader_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def broken(lines: list[bytes]) -> None:
        sizes.append(len(lines))
        raise BrokenPipeError

    async def write() -> None:
        writing = asyncio.ensure_future(log.run())
        for _ in range(3):
            _add(log, "/")
            await asyncio.sleep(0.05)
        writing.cancel()
        await asyncio.wait([writing])

    monkeypatch.setattr(access_log, "_write", broken)
    monkeypatch.setattr(access_log, "FLUSH_SECONDS", 0.001)
    log = AccessLog()
    asyncio.run(write())
    assert sizes == [1, 1, 1]


def test_an_access_log_that_is_off_keeps_nothing(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = AccessLog(is_on=False)
    _add(log, "/")
    log.flush()
    assert capfdbinary.readouterr().out == b""


def test_missing_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_READER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    assert program.main() == 2
    assert capsys.readouterr().err.splitlines() == [
        "DATABASE_READER_URL: Field required",
        "REDIS_URL: Field required",
    ]
