"""The port that the server listens at, and how it is closed without a loss for those whom the system has let in."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
from array import array
from collections.abc import Iterator

_FILTER = ((0x30, 0, 0, 13), (0x45, 0, 1, 2), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFF_FFFF))
"""A program of Linux's packet filter: of the TCP header take the flags; where SYN is among them drop the packet, else keep it."""
_ATTACH_FILTER = 26
"""The option of a socket that gives it such a program; `socket` has no name for it."""


def opened(host: str, port: int) -> socket.socket:
    """Listens."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)


def shut(listening: socket.socket) -> None:
    """Lets no new connection in; one that is half made is still made, and those that wait are still taken.

    The system goes on making connections until the port is closed, and resets those that nobody has taken by then: requests
    that it had accepted are lost. So the first packet of a new one is dropped before; who sent it tries again after a second,
    and finds the port closed, or another server at it. Where there is no such filter (it is Linux's), new ones are let in.
    """
    if sys.platform != "linux":
        return
    program = array("B", b"".join(struct.pack("=HBBI", *step) for step in _FILTER))
    place, _ = program.buffer_info()
    with contextlib.suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HP", len(_FILTER), place))


def waiting(listening: socket.socket) -> Iterator[socket.socket]:
    """Takes the connections that the system has made and that nobody has taken yet."""
    listening.setblocking(False)
    with contextlib.suppress(OSError):
        while True:
            taken, _ = listening.accept()
            taken.setblocking(False)
            yield taken
