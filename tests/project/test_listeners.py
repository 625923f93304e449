"""Listening sockets of workers: each gets its share of connections, and all are bound once."""

from __future__ import annotations

import contextlib
import socket

from backend.core.listeners import listeners
from tests.system.server import free_port


def test_connections_are_spread_over_the_workers_sockets() -> None:
    """Of forty connections, some wait in either; asked again, as at a reload, it is the same sockets."""
    port = free_port()
    numbers = listeners("127.0.0.1", port, 2, 64)
    assert listeners("127.0.0.1", port, 2, 64) == numbers
    with contextlib.ExitStack() as stack:
        bound = [stack.enter_context(socket.socket(fileno=number)) for number in numbers]
        for _ in range(40):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert [waits(one) for one in bound] == [True, True]
    listeners.cache_clear()


def waits(bound: socket.socket) -> bool:
    """Tell whether a connection waits to be accepted."""
    bound.settimeout(5)
    bound.accept()[0].close()
    return True
