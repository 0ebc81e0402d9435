"""``python -m attack_runs.cut_proxy PORT``: a proxy whose network can be cut, without FIN or RST.

It prints its own port. When it reads a line on its input, it drops every packet, acknowledgments included, as
a broken connection does; at the end of the input it exits.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import socket
import struct
import sys
from typing import IO

SO_ATTACH_FILTER = 26
# A single BPF instruction: accept zero bytes of any packet.
RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)


def deafen(one: socket.socket) -> None:
    """Make the kernel drop everything that arrives for this socket, before TCP sees it."""
    code = ctypes.create_string_buffer(RETURN_NOTHING)
    program = struct.pack("HL", 1, ctypes.addressof(code))
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def forward(listener: socket.socket, to: int, control: IO[str]) -> None:
    """Forward every connection until something arrives on ``control``; then cut."""
    ready, others = selectors.DefaultSelector(), dict[socket.socket, socket.socket]()
    ready.register(control, selectors.EVENT_READ)
    ready.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in ready.select():
            if key.fileobj is control:
                for one in others:
                    deafen(one)
                return
            if key.fileobj is listener:
                client, server = listener.accept()[0], socket.create_connection(("127.0.0.1", to))
                for one, other in ((client, server), (server, client)):
                    others[one] = other
                    ready.register(one, selectors.EVENT_READ)
            elif isinstance(key.fileobj, socket.socket):
                _pass_on(key.fileobj, others, ready)


def _pass_on(
    source: socket.socket, others: dict[socket.socket, socket.socket], ready: selectors.BaseSelector
) -> None:
    target = others.get(source)
    if target is None:
        return
    try:
        if data := source.recv(65_536):
            target.sendall(data)
            return
    except OSError:
        pass
    for one in (source, target):
        ready.unregister(one)
        del others[one]
        one.close()


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        forward(listener, int(sys.argv[1]), sys.stdin)
        sys.stdin.readline()
        sys.stdin.read()
    # Even now the other side receives nothing: the filters stay until the kernel frees the sockets.
    os._exit(0)


if __name__ == "__main__":
    main()
