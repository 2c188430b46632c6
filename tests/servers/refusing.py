"""A server that has no time for anybody: 429 to every request, as Elasticsearch says it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers.ports import HOST
from typing_extensions import override

_REASON = {"type": "es_rejected_execution_exception", "reason": "the queue is full"}
_BODY = json.dumps({"error": {**_REASON, "root_cause": [_REASON]}, "status": 429}).encode()


class _Refusal(BaseHTTPRequestHandler):
    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(429)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(_BODY)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(_BODY)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _refuse  # noqa: N815  # named by http.server

    @override
    def log_message(self, format: str, *args: object) -> None:  # its own name
        """Say nothing."""


@contextmanager
def refusing() -> Iterator[int]:
    """Run one on a free port of loopback; give the port."""
    server = ThreadingHTTPServer((HOST, 0), _Refusal)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
