"""The address of somebody who is posted to, on this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple

from typing_extensions import override

MOVED = "/moved"
"""Answered by a redirect."""
BUSY = "/busy"
"""Answered by 503 the first time."""


class Post(NamedTuple):
    """What was posted; the names of headers in lower case."""

    headers: dict[str, str]
    body: bytes


class Receiver(HTTPServer):
    """Notes what is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[Post] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_busy = self.path == BUSY and not self.server.posted
        self.server.posted.append(Post(headers, body))
        self.send_response(503 if is_busy else 301 if self.path == MOVED else 204)
        self.send_header("location", "/elsewhere")
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Give a receiver that answers until it is given back."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
