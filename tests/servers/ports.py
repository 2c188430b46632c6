"""Free ports for servers that must be told theirs; on loopback, unless the tests say otherwise."""

import os
import socket
from contextlib import ExitStack

HOST = os.environ.get("SERVERS_HOST", "127.0.0.1")  # noqa: TID251  # tests/cluster/run.sh: for pods


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
    """Tell whether something listens on a port."""
    with socket.socket() as each:
        each.settimeout(1)
        return each.connect_ex((HOST, port)) == 0
