"""The door: every request is identified, counted and checked before a route sees it."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.kernel.errors import AppError, RetryableError, UnavailableError
from libs.web.problems import problem_response
from services.gateway.api.headers import is_file
from services.gateway.domain.quota import client_address
from services.gateway.domain.session import LANGUAGE_COOKIE, accepted_language
from services.gateway.usecases.admit import Admit, Admitted, Incoming
from services.gateway.usecases.identify import Credentials, Visit

Refuse = Callable[[Request, AppError], Response]
"""Makes the answer to a request that goes no further."""


def visit_of(request: Request) -> Visit:
    """Return who the door found this request to be from."""
    visit: Visit = request.state.visit
    return visit


def address_of(request: Request, *, proxies: int) -> str:
    """Return the client's address behind our own proxies."""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    peer = request.client.host if request.client else ""
    return client_address(peer, forwarded, proxies=proxies)


class Admission:
    """Runs ``admit`` in a thread, since it asks the database, and puts the visit into the state."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        admit: Admit,
        cookie: str,
        public_origin: str,
        proxies: int,
        refuse: Refuse,
    ) -> None:
        """Wrap an app; ``public_origin`` is empty when any host name may be ours."""
        self._app = app
        self._admit = admit
        self._cookie = cookie
        self._public_origin = public_origin
        self._proxies = proxies
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or is_file(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            admitted = await run_in_threadpool(self._admit, self._incoming(request))
        except RetryableError:
            error = UnavailableError("Kring is busy; try again in a moment.")
            await problem_response(error)(scope, receive, send)
            return
        request.state.visit = admitted.visit

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(MutableHeaders(scope=message), admitted)
            await send(message)

        if admitted.error is not None:
            await self._refuse(request, admitted.error)(scope, receive, counted)
            return
        await self._app(scope, receive, counted)

    def _incoming(self, request: Request) -> Incoming:
        headers = request.headers
        scheme, _, token = headers.get("authorization", "").partition(" ")
        chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
        own = self._public_origin or f"{request.url.scheme}://{headers.get('host', '')}"
        return Incoming(
            method=request.method,
            path=request.url.path,
            address=address_of(request, proxies=self._proxies),
            shown=Credentials(
                session=request.cookies.get(self._cookie, ""),
                bearer=token.strip() if scheme.lower() == "bearer" else "",
                programme=headers.get("kring-programme", ""),
                language=chosen if chosen in {"nl", "en"} else "",
                accepted=accepted_language(headers.get("accept-language", "")),
            ),
            site=headers.get("sec-fetch-site", ""),
            origin=headers.get("origin", ""),
            own_origins=(own,),
        )


def _tell(headers: MutableHeaders, admitted: Admitted) -> None:
    headers["ratelimit-limit"] = str(admitted.limit)
    headers["ratelimit-remaining"] = str(admitted.allowance.remaining)
    headers["ratelimit-reset"] = str(admitted.allowance.reset_seconds)
