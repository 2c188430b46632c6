"""What every answer carries so that a browser guards its reader, and whose name we answer to."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.kernel.errors import AppError
from libs.web.problems import problem_response

_PAGE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_DOCS = _PAGE.replace("img-src 'self'", "img-src 'self' data:")  # the arrows in swagger-ui.css
_API = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def is_file(path: str) -> bool:
    """Tell whether a path is one of the files that are the same for everybody."""
    return path.startswith(("/static/", "/docs/"))


def is_api(path: str) -> bool:
    """Tell whether a path is for programs, who read problems and not pages."""
    return path.startswith("/v1/") or path == "/openapi.json"


class SecurityHeaders:
    """Adds the headers; a file may be kept by the browser, nothing else may."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        """Wrap an app."""
        self._app = app
        self._always = dict(_ALWAYS)
        if is_https:
            self._always["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._always)
                is_page = headers.get("content-type", "").startswith("text/html")
                headers["content-security-policy"] = _policy(path, is_page=is_page)
                headers["cache-control"] = "public, max-age=3600" if is_file(path) else "no-store"
            await send(message)

        await self._app(scope, receive, guarded)


def _policy(path: str, *, is_page: bool) -> str:
    if path == "/docs":
        return _DOCS
    return _PAGE if is_page or is_file(path) else _API


class MisdirectedError(AppError):
    """The request names a host that is not ours."""

    status = 421
    code = "misdirected"
    title = "This is not the address of Kring"


class KnownHost:
    """Refuses requests for another host."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        """Wrap an app; ``hosts`` are in lower case, with the port unless it is the usual one."""
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            named = [host.lower() for host in Headers(scope=scope).getlist("host")]
            if len(named) != 1 or named[0] not in self._hosts:
                error = MisdirectedError("Use the address under which this Kring is published.")
                await problem_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)
