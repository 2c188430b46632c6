"""A server of one's own making, for what calls servers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from typing_extensions import override


class Desk:
    """A server that notes what it is asked and answers what it was told to."""

    def __init__(self) -> None:
        self.status = 200
        self.body: bytes = b"{}"
        self.asked: list[tuple[str, str, str]] = []
        self.host = ""
        """How it was called by whoever asked last."""
        self.bodies: list[dict[str, Any]] = []
        self.import_as: str | None = None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length", 0))
        content = request.rfile.read(length)
        key = request.headers.get("authorization", "")
        self.host = request.headers.get("host", "")
        self.asked.append((request.command, request.path, key))
        if content:
            self.bodies.append(orjson.loads(content))
        body = self.body
        if self.import_as and "/v1/import/" in request.path:
            results = [{"status": self.import_as} for _ in self.bodies[-1]["records"]]
            body = orjson.dumps({"results": results})
        request.send_response(self.status)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Let it answer at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            desk.answer(self)

        do_POST = do_DELETE = do_GET  # noqa: N815  # the names are those of http.server

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
