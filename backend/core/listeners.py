"""Listening sockets, one for each worker of a web server, over which the kernel spreads connections.

Called by gunicorn's settings; granian brings its own way. Workers that accept from one socket leave most connections to
whoever wakes first, and kept-alive ones stay there.
"""

from __future__ import annotations

import socket
import sys
from functools import lru_cache


@lru_cache(maxsize=1)
def listeners(host: str, port: int, count: int, backlog: int) -> tuple[int, ...]:
    """Give descriptors of bound sockets, the same ones whenever they are asked for again in this process.

    Whoever takes them owns them. Only Linux spreads connections over them; elsewhere there is one.

    Args:
        host: an address of IPv4 or IPv6.
        port: to listen on.
        count: how many workers there are.
        backlog: connections that wait in each.

    Raises:
        OSError: the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return tuple(_listener(family, host, port, backlog) for _ in range(count if sys.platform == "linux" else 1))


def _listener(family: socket.AddressFamily, host: str, port: int, backlog: int) -> int:
    with socket.socket(family) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bound.bind((host, port))
        bound.listen(backlog)
        return bound.detach()
