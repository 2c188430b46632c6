"""Where a service listens, and the server that answers there."""

import os
import socket
import stat
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from libs.kernel.errors import SettingsError
from libs.kernel.urls import path_of, scheme
from libs.runtime.settings import Settings

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared with, not bound to


def listen(settings: Settings, service: str) -> socket.socket:
    """Bind the socket of a service: the gateway's for people, the others' for their peers.

    Raises ``SettingsError`` when somebody else is there, or nobody can be.
    """
    url = settings.url(settings.peers, service)
    if service != "gateway" and scheme(url) == "unix":
        return _bind_path(path_of(url))
    return bind_port(settings.host, settings.port, "KRING_HOST, KRING_PORT")


def address_of(listening: socket.socket) -> str:
    """Return the URL under which this machine reaches a TCP socket."""
    host, port = listening.getsockname()[:2]
    host = _ANYWHERE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def server_of(app: ASGIApp, *, drain_seconds: float) -> uvicorn.Server:
    """Return a server that ends, when told to, after what it is answering."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe is the gateway's setting, not uvicorn's
        ws="none",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, int(drain_seconds)),
    )
    return uvicorn.Server(config)


def bind_port(host: str, port: int, names: str) -> socket.socket:
    """Listen on a TCP port; raises ``SettingsError`` that names its settings if that fails."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, reuse_port=False)
    except OSError as error:
        raise SettingsError(
            f"{names}: cannot listen on {host}:{port}: {error.strerror}. Stop what"
            " is there, or choose another port."
        ) from error


def _bind_path(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()  # left by a process that was killed
        listening.bind(os.fspath(path))
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"KRING_PEERS: cannot listen on {path}: {error}. A path of at most 107 bytes in a"
            " folder that can be written will do."
        ) from error
    return listening
