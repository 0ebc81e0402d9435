"""Small programs in place of the services: they respond, end, hang or leave children behind."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

from tools.servers.ports import free_port
from tools.supervisor import Program

SERVE = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        self.end_headers()
    def log_message(self, *_):
        pass
print("serving", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
# A child in its own session, which signals to the parent's process group do not reach.
PARENT = """
import subprocess
print(subprocess.Popen(["sleep", "61"], start_new_session=True).pid, flush=True)
"""


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def answering(folder: Path, *, status: int = 200) -> Program:
    """A program that responds to every request with this status."""
    port = free_port()
    command = python(SERVE, str(port), str(status))
    return Program("answering", command, folder, f"http://127.0.0.1:{port}/health")


def task(folder: Path, code: str) -> Program:
    return Program("task", python(code), folder, is_task=True)


def executable(folder: Path, name: str, script: str) -> Path:
    """A shell script that replaces a system program."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path
