"""Reading a body to its end, and refusing what no route should have to look at."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.kernel.errors import AppError, InvalidError, TooLargeError
from libs.web.problems import problem_response
from services.gateway.domain.body import (
    MOST_BYTES,
    accepted_types,
    check_json,
    is_json,
    media_type,
)
from services.gateway.domain.quota import SAFE_METHODS

_PATIENCE_SECONDS = 20.0
_WORTH_A_THREAD_BYTES = 16 * 1024
"""Checking a larger body takes long enough to hold up others on the event loop."""


class MediaTypeError(AppError):
    """The body is of a kind the route does not take."""

    status = 415
    code = "media-type"
    title = "This kind of body is not understood"


class TooSlowError(AppError):
    """The body did not come in time."""

    status = 408
    code = "too-slow"
    title = "The request took too long to arrive"


class CheckedBody:
    """Hands bodies on only when they are whole, small, of the right kind and plain JSON."""

    def __init__(self, app: ASGIApp, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        """Wrap an app; say how long a body may take to arrive."""
        self._app = app
        self._patience_seconds = patience_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        try:
            body = await self._checked(scope, receive)
        except AppError as error:
            await problem_response(error)(scope, receive, send)
            return
        waiting = [body]

        async def replay() -> Message:
            if waiting:
                return {"type": "http.request", "body": waiting.pop(), "more_body": False}
            return await receive()

        await self._app(scope, replay, send)

    async def _checked(self, scope: Scope, receive: Receive) -> bytes:
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity") != "identity":
            raise MediaTypeError("Send the body without Content-Encoding.")
        try:
            async with asyncio.timeout(self._patience_seconds):
                body = await _whole(receive)
        except TimeoutError as error:
            raise TooSlowError(
                f"Send the whole body within {self._patience_seconds:.0f} seconds."
            ) from error
        except HTTPException as error:  # the runtime's own limit, which no route is there to answer
            raise TooLargeError(f"Send at most {MOST_BYTES} bytes in one request.") from error
        if not body:
            return body
        kind = media_type(headers.get("content-type", ""))
        accepted = accepted_types(scope["path"])
        if kind not in accepted:
            raise MediaTypeError(f"Send the body as {' or '.join(accepted)}.")
        if is_json(kind):
            if len(body) > _WORTH_A_THREAD_BYTES:
                await asyncio.to_thread(check_json, body)
            else:
                check_json(body)
        return body


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidError("The connection ended within the body.")
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise TooLargeError(f"Send at most {MOST_BYTES} bytes in one request.")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
