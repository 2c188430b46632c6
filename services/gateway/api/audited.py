"""Writing down what was done at the door, before it is answered."""

from collections.abc import Callable

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.kernel.audit import Deed
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.kernel.policy import Reader
from libs.ports.database import Audit
from services.gateway.domain.audit import action_of, is_written_down, target_of

_ANCHORED = 100

_log = structlog.stdlib.get_logger(__name__)


class Audited:
    """Appends a deed to the audit log; the visit was found by the door that stands before it.

    Every hundredth entry goes to the log as an anchor. A deed that cannot be written down now is
    told in the log: by then it was done.
    """

    def __init__(self, app: ASGIApp, *, audit: Callable[[], Audit], clock: Clock) -> None:
        """Wrap an app; the audit log is opened when there is something to write down."""
        self._app = app
        self._audit = audit
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and write down what became of it."""
        visit = scope.get("state", {}).get("visit")
        if scope["type"] != "http" or visit is None or visit.reader is None:
            await self._app(scope, receive, send)
            return
        request, reader = Request(scope), visit.reader

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and is_written_down(
                request.method, request.url.path, reader, message["status"]
            ):
                deed = self._deed(request, reader, message["status"])
                await run_in_threadpool(self._append, deed)
            await send(message)

        await self._app(scope, receive, watched)

    def _deed(self, request: Request, reader: Reader, status: int) -> Deed:
        path = request.url.path
        return Deed(
            at=self._clock.now().timestamp(),
            actor=reader.member_id,
            role=reader.role.value,
            programme=reader.programme,
            action=action_of(request.method, path),
            target=target_of(path, reader),
            outcome=status,
        )

    def _append(self, deed: Deed) -> None:
        try:
            made = self._audit().append(deed)
        except RetryableError:
            _log.exception("a deed was not written down", action=deed.action)
            return
        if made.sequence % _ANCHORED == 0:
            _log.info("audit anchor", sequence=made.sequence, digest=made.digest)
