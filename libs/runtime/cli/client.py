"""The command line's way to a running Kring: its public API with the operator's key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from libs.kernel.errors import KringError
from libs.runtime.settings import Settings

ADDRESS = Path("run") / "address"
PROBES = Path("run") / "probes"
"""A file for each process whose probes are on a port that was free: its id, and the address in it.
"""
TIMEOUT_SECONDS = 60.0


class NotRunningError(KringError):
    """Kring does not answer at its address."""


class RefusedError(KringError):
    """Kring answered with a problem; the message is its detail."""


class AbsentError(RefusedError):
    """Kring knows no such thing."""


class Client:
    """Calls the API of the Kring that runs on a data folder, or at an address."""

    def __init__(self, settings: Settings, *, url: str = "", key: str = "") -> None:
        """Take settings whose secrets are set; ``url`` and ``key`` reach another installation."""
        self.url = (url or _address(settings)).rstrip("/")
        token = key or settings.operator_key.get_secret_value()
        headers = {"authorization": f"Bearer {token}"}
        if settings.public_host and not url:  # the gateway answers to no other name
            headers["host"] = settings.public_host
        try:
            self._http = httpx2.Client(
                base_url=self.url,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                trust_env=bool(url),  # a proxy of the environment cannot reach this machine
            )
        except (httpx2.InvalidURL, UnicodeEncodeError) as error:
            raise RefusedError(f"--url or --key cannot be used: {error}") from error

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON of a GET."""
        return self._answer("GET", path, params=query)

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON of a POST."""
        return self._answer("POST", path, json=body)

    def delete(self, path: str, query: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON of a DELETE, if there is any."""
        return self._answer("DELETE", path, params=query)

    def file(self, path: str) -> bytes:
        """Return what a GET answers with, as it is."""
        return self._response("GET", path).content

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _answer(self, method: str, path: str, **content: Any) -> Any:  # noqa: ANN401  # JSON
        return _content(self._response(method, path, **content))

    def _response(self, method: str, path: str, **content: Any) -> httpx2.Response:  # noqa: ANN401  # JSON
        try:
            response = self._http.request(method, path, **content)
        except httpx2.TransportError as error:
            raise NotRunningError(
                f"Kring does not answer at {self.url} ({error}). Start it with `kring up`."
            ) from error
        if response.is_success:
            return response
        if response.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
            raise NotRunningError(
                f"Kring at {self.url} is starting or busy: try again in a moment."
            )
        if response.status_code == httpx2.codes.NOT_FOUND:
            raise AbsentError(_detail(response))
        raise RefusedError(_detail(response))


def _address(settings: Settings) -> str:
    """Return where the Kring of this data folder listens; raises ``NotRunningError`` if unknown."""
    path = settings.data / ADDRESS
    if not path.exists():
        raise NotRunningError(
            f"No Kring has been started on {settings.data}. Start it with `kring up"
            f" --data {settings.data}`, or name another with --url and --key."
        )
    return path.read_text(encoding="ascii").strip()


def _content(response: httpx2.Response) -> Any:  # noqa: ANN401  # JSON
    try:
        return response.json() if response.content else None
    except ValueError as error:
        raise RefusedError(f"{response.url} answers, but it is no Kring.") from error


def _detail(response: httpx2.Response) -> str:
    try:
        problem = response.json()
        fields = "; ".join(f"{name}: {text}" for name, text in problem.get("fields", {}).items())
        return f"{problem['title']}: {problem['detail']}{f' ({fields})' if fields else ''}"
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {response.status_code} from {response.url}"
