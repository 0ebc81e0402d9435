"""``make attack`` notices the problems that it looks for, and can be repeated from a seed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tools.attack import document, framing, fuzz, logs, memory
from tools.attack.equality import forms
from tools.attack.inputs import ApiInputs, Input, routes_of
from tools.attack.readers import TOTALS, Reader, Witness
from tools.attack.reports_inputs import ReportsInputs
from tools.attack.tally import Tally
from tools.paths import ROOT

SCHEMA = {"$ref": "#/components/schemas/Filter"}
OPENAPI: dict[str, Any] = {
    "paths": {
        "/types/{type_id}": {
            "get": {"parameters": [{"name": "type_id", "in": "path", "schema": {"type": "integer"}}]}
        },
        "/requests/pins": {"post": {"requestBody": {"content": {"application/json": {"schema": SCHEMA}}}}},
    },
    "components": {"schemas": {"Filter": {"type": "object", "properties": {"date": {"type": "string"}}}}},
}
CALLBACK = {"output": "a.b", "inputs": [{"id": "x", "property": "y"}], "state": []}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n"


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """Sends the same bytes to every connection, whatever arrives, and nothing more; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def serve() -> None:
            try:
                while True:
                    connections.append(listener.accept()[0])
                    connections[-1].sendall(answer)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                connection.close()


def found_by(answer: bytes, capsys: pytest.CaptureFixture[str], inputs: int = 1) -> Tally:
    """What the fuzzer reports about a server that sends these bytes."""
    with server(answer) as port:
        fuzzer = fuzz.Fuzzer("API", port, 1, lambda _: Input("valid", b"GET / HTTP/1.1\r\n\r\n"), 1_000)
        fuzzer.pipelined([Input("valid", b"GET / HTTP/1.1\r\n\r\n")] * inputs, "seed 1, batch 0")
        fuzzer.disconnect()
        fuzzer.tell(is_last=True)
    tally = Tally()
    assert all(tally.take(line) for line in capsys.readouterr().out.splitlines())
    return tally


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "status 500"),
        (OK + b"{]", "no JSON"),
        (OK.replace(b": 2", b": 3") + b"NaN", "no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 34\r\n\r\nTraceback (most recent call last):", "a traceback"),
        (b"HTTP/1.1 200 OK\r\nX-Injected: 1\r\nContent-Length: 0\r\n\r\n", "an injected header"),
        (b"HTTP/1.1 503 Away\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "without a reason"),
        (b"nonsense\r\n\r\n", "a broken response"),
        (b"HTTP/1.1 200 OK\r\n broken\r\n\r\n", "a broken response"),
    ],
)
def test_wrong_responses_are_noticed(answer: bytes, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    tally = found_by(answer, capsys)
    assert tally.violations.total() == 1
    assert problem in tally.texts["API"][0]
    assert "seed 1, batch 0.0" in tally.texts["API"][0]


def test_silence_is_noticed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "PATIENCE_SECONDS", 0.1)
    assert "no response within" in found_by(b"", capsys).texts["API"][0]


def test_right_responses_are_counted_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    unavailable = b"HTTP/1.1 503 Away\r\nContent-Length: 4\r\n\r\nwait"
    tally = found_by((OK + b"{}") * 2 + unavailable, capsys, inputs=3)
    assert not tally.violations
    expected = {"inputs": 3, "status 2xx": 2, "status 5xx": 1, "kind valid": 3, "status 503 with a body": 1}
    assert tally.counts["API"] == expected


@pytest.mark.parametrize("draw", [ApiInputs(OPENAPI).draw, ReportsInputs([CALLBACK]).draw, framing.draw])
def test_a_seed_repeats_its_inputs(draw: object) -> None:
    assert callable(draw)
    first, second = ([draw(Random(seed)) for seed in range(200)] for _ in range(2))
    assert first == second
    assert len(set(first)) > 20


def test_every_input_is_framed_as_its_head_says() -> None:
    """A batch is pipelined: one wrong length would invalidate the rest."""
    chance, inputs = Random(1), ApiInputs(OPENAPI)
    for data in (inputs.draw(chance).data for _ in range(2_000)):
        head, _, sent = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        assert lines[0].count(b" ") == 2
        assert lines[0].endswith(b" HTTP/1.1")
        lengths = [int(line[16:]) for line in lines if line.startswith(b"Content-Length: ")]
        assert (lengths or [0]) == [len(sent)]


def test_references_of_the_description_are_resolved() -> None:
    (pins,) = (route for route in routes_of(OPENAPI) if route.method == "POST")
    assert pins.body == OPENAPI["components"]["schemas"]["Filter"]


def test_one_query_has_many_forms() -> None:
    found = {form.name: form.target for form in forms("/types", ["a=b", "c=d"], Random(3))}
    assert set(found) == {"first", "again", "gzip", "br", "other order", "other escapes"}
    assert found["other escapes"] == "/types?a=%62&c=%64"
    assert "other order" not in {form.name for form in forms("/reports", ["field=a", "field=b"], Random(3))}


def body_of(total: int) -> bytes:
    return json.dumps([{"counts": total}]).encode()


def test_readers_notice_two_contents_other_totals_and_a_step_back() -> None:
    witness = Witness()
    reader, other = (Reader(0, witness, 0) for _ in range(2))
    assert reader.problems(200, 7, TOTALS[0], body_of(5)) == []
    assert "two contents in generation 7" in other.problems(200, 7, TOTALS[0], body_of(5) + b" ")[0]
    assert "totals of generation 7 differ" in other.problems(200, 7, TOTALS[1], body_of(6))[0]
    assert "back from generation 7 to 6" in reader.problems(200, 6, TOTALS[0], body_of(4))[0]
    assert "status 500" in reader.problems(500, 7, TOTALS[0], b"")[0]
    assert reader.problems(503, 0, TOTALS[0], b"") == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"status": 500}', "status 500"),
        (b'{"message": "x", "exception": "KeyError"}', "a traceback"),
        (b"Traceback (most recent call last):", "a traceback"),
        (b"x" * 30_000, "a line of 30,000 bytes"),
        (b'{"status": 503}', ""),
        (b"[]", ""),
    ],
)
def test_log_lines_are_judged(line: bytes, problem: str) -> None:
    found = logs.judge(line)[1]
    assert problem in found if problem else not found


def test_memory_is_that_of_a_program_and_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    command = [sys.executable, "-c", "input(print(flush=True))"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout
        worker.stdout.readline()
        assert worker.pid in memory.children(os.getpid())
        memory.examine("api", os.getpid(), tally)
        assert (
            tally.counts["memory"]["api: peak MB of all workers"]
            > tally.counts["memory"]["api: peak MB of the largest worker"]
            > 10
        )
        assert not tally.violations
        monkeypatch.setitem(memory.LIMITS_MB, "api", 5)
        memory.examine("api", os.getpid(), tally)
        assert tally.violations["memory"] == 1
        worker.communicate(b"\n")


def test_the_memory_limits_are_those_of_the_containers() -> None:
    services = (ROOT / "docker-compose.yml").read_text().split("\n\n")
    for name, limit in memory.LIMITS_MB.items():
        service = next(text for text in services if f"\n  {name}:\n" in f"\n{text}")
        assert f"memory: {limit // 1024}g," in service


def test_violations_are_counted_and_the_first_of_a_kind_is_kept() -> None:
    tally = Tally()
    for number in range(3):
        tally.violate("API", f"status 500: batch {number}")
    tally.violate("API", "no response")
    assert tally.violations["API"] == 4
    assert tally.texts["API"] == ["status 500: batch 0", "no response"]
    assert not tally.take("a warning of a library")


def test_the_table_goes_between_its_marks(tmp_path: Path) -> None:
    file, tally = tmp_path / "reliability.md", Tally()
    file.write_text(f"before\n{document.START}\nold\n{document.END}\nafter\n")
    tally.take('{"subject": "runs", "counts": {"kills": 1200}}')
    document.write(document.Run("today", "abc", 7, 60, tally), file)
    text = file.read_text()
    assert "| runs | 1,200 kills | 0 |" in text
    assert "Seed 7, 60 minutes" in text
    assert "old" not in text
    assert text.startswith("before")
    assert text.endswith("after\n")
