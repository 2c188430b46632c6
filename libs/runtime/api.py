"""The HTTP side of a service: its routes, measures and limits, made once for all."""

import re
import time
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.kernel import trace
from libs.kernel.errors import TooLargeError
from libs.kernel.metrics import HTTP_SECONDS
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.telemetry import Telemetry
from libs.runtime.service import Service
from libs.web.problems import install_problems, problem_response
from libs.web.reader import Identify

MAX_BODY_BYTES = 1024 * 1024
TRACE_RESPONSE = "traceresponse"
"""The header in which an answer names its trace: https://www.w3.org/TR/trace-context-2/ (draft)."""

log = structlog.get_logger()


def build_app(service: Service, *, seal: ReaderSeal, telemetry: Telemetry) -> FastAPI:
    """Return the app of one service; the sealed header names the reader unless a mount differs."""
    app = FastAPI(
        title=f"Kring {service.name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.identify = _by_seal(seal)
    for router in service.routers:
        _summarise(router)
        app.include_router(router)
    install_problems(app)
    app.add_exception_handler(_TooMuchError, lambda *_: problem_response(_too_large()))
    for mount in service.mounts:
        mount(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Timed, service=service.name, telemetry=telemetry)
    app.add_middleware(Traced)
    return app


def _summarise(router: APIRouter) -> None:
    """Let the API docs head each route with the first sentence of what it says of itself."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.summary = re.split(r"[.:;\n]", route.description, maxsplit=1)[0]


def _by_seal(seal: ReaderSeal) -> Identify:
    def identify(request: Request) -> Any:  # noqa: ANN401  # the alias says Reader | None
        header = request.headers.get(HEADER)
        return seal.open(header) if header else None

    return identify


class BodyLimit:
    """Refuses bodies over ``MAX_BODY_BYTES``, by their announced or their real length."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > MAX_BODY_BYTES:
            await problem_response(_too_large())(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise _TooMuchError
            return message

        await self._app(scope, limited, send)


class _TooMuchError(HTTPException):
    """The body went on beyond the limit; FastAPI lets only its own errors out of its parsing."""

    def __init__(self) -> None:
        super().__init__(TooLargeError.status)


def _too_large() -> TooLargeError:
    return TooLargeError(f"Send at most {MAX_BODY_BYTES} bytes in one request.")


class Timed:
    """Measures each request under its route template, never under its path."""

    def __init__(self, app: ASGIApp, *, service: str, telemetry: Telemetry) -> None:
        """Wrap an app."""
        self._app = app
        self._service = service
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        start = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            labels = {
                "service": self._service,
                "route": getattr(scope.get("route"), "path", "other"),
                "method": scope["method"] if scope["method"] in _METHODS else "other",
                "status": str(status),
            }
            seconds = time.perf_counter() - start
            self._telemetry.observe(HTTP_SECONDS, seconds, **labels)
            log.debug("answered", seconds=round(seconds, 4), **labels)


class Traced:
    """Goes on with the trace that a request brings, or begins one, and tells which it was."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with trace.follow(Headers(scope=scope).get(trace.HEADER, "")) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)[TRACE_RESPONSE] = str(span)
                await send(message)

            await self._app(scope, receive, told)


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
