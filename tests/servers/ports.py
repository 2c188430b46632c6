"""Free loopback ports for servers that must be told theirs."""

import socket
from contextlib import ExitStack

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Return so many different free ports.

    They are released before they are returned: start the server soon.
    """
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


def answers(port: int) -> bool:
    """Tell whether something listens on a loopback port."""
    with socket.socket() as each:
        each.settimeout(1)
        return each.connect_ex((HOST, port)) == 0
