"""A way to a server that can fail: slow, cut, or silent as a cable that was pulled."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from servers.ports import HOST

_CHUNK = 64 * 1024
_LOOK_SECONDS = 0.05


class Proxy:
    """Carries bytes between its clients and one port on loopback, in threads of its own."""

    def __init__(self, target: int, *, port: int = 0) -> None:
        """Listen on this port, or on a free one."""
        self._target = target
        self._listening = socket.create_server((HOST, port))
        self.port = int(self._listening.getsockname()[1])
        self.delay_seconds = 0.0
        """How much later everything arrives, each way."""
        self._flows = threading.Event()
        self._flows.set()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection; whoever connects again gets through."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for each in pair:
                _end(each)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Keep connections open and carry nothing, as a half-open connection does."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    @contextmanager
    def leading_to(self, port: int) -> Iterator[None]:
        """Carry everything to another port for a while; open connections end at each change."""
        before, self._target = self._target, port
        self.cut()
        try:
            yield
        finally:
            self._target = before
            self.cut()

    def close(self) -> None:
        """Stop listening, and end every connection."""
        _end(self._listening)
        self._flows.set()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._connect, args=[client], daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._flows.wait()
        try:
            server = socket.create_connection((HOST, self._target))
        except OSError:
            client.close()
            return
        with self._lock:
            self._pairs.add((client, server))
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._carry, args=[source, sink], daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while carried := source.recv(_CHUNK):
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                while not self._flows.wait(_LOOK_SECONDS):
                    pass
                sink.sendall(carried)
        _end(source)
        _end(sink)


def _end(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
