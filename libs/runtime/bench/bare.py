"""What FastAPI and orjson reach alone: a route that answers with what it was given.

``python -m libs.runtime.bench.bare FILE`` serves the JSON of a file at ``/`` and prints its port.
"""

import socket
import sys
from pathlib import Path

import orjson
import uvicorn
from fastapi import FastAPI, Response


def build(content: object) -> FastAPI:
    """Return an app with one route that writes the content anew for every request."""
    app = FastAPI()

    @app.get("/")
    def answer() -> Response:
        return Response(orjson.dumps(content), media_type="application/json")

    return app


def main() -> None:
    """Serve until the process is ended."""
    content = orjson.loads(Path(sys.argv[1]).read_bytes())
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(build(content), log_config=None)).run(sockets=[listening])


if __name__ == "__main__":
    main()
