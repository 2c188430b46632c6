"""The gateway: the one way in for people and for the systems of programmes."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import cast
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from libs.contracts import topics
from libs.kernel.errors import AppError, TooManyError
from libs.kernel.policy import Reader
from libs.kernel.seal import ReaderSeal
from libs.ports.database import Audit
from libs.ports.vault import AUDIT_KEY
from libs.runtime.service import Ports, Service, each
from libs.web.problems import problem_response
from services.gateway.adapters.archive import ZipArchivist
from services.gateway.adapters.signer import LinkSigner
from services.gateway.adapters.sql import SqlKeys, SqlLinks, SqlMembers, SqlSessions
from services.gateway.api import export, keys, session
from services.gateway.api import forward as forwarding
from services.gateway.api.admission import Admission, address_of
from services.gateway.api.audited import Audited
from services.gateway.api.body import CheckedBody
from services.gateway.api.cookies import SessionCookie
from services.gateway.api.headers import KnownHost, SecurityHeaders, is_api, is_file
from services.gateway.domain.session import own_url
from services.gateway.events import KeepMember, KeepProgramme
from services.gateway.pages import (
    contracts,
    docs,
    find,
    meet,
    mine,
    moderation,
    preferences,
    signin,
)
from services.gateway.pages.frame import UI, Frame
from services.gateway.usecases.admit import Admit
from services.gateway.usecases.export import Export, Parts, TellVisits
from services.gateway.usecases.forward import Ask, DescribeApi, Forward
from services.gateway.usecases.identify import Identify
from services.gateway.usecases.keys import ListKeys, MakeKey, RevokeKey
from services.gateway.usecases.mail import MailLink, Sweep
from services.gateway.usecases.signin import (
    MAIL_TASK,
    IssueLink,
    RequestLink,
    SignIn,
    SignOut,
    WriteLink,
)

_SWEEP_TASK = "gateway.sweep"
_SWEEP_SECONDS = 60.0


def build(ports: Ports) -> Service:
    """Return the gateway over these ports."""
    gateway = _Gateway(ports)
    ports.tasks.register(MAIL_TASK, gateway.mail_link)
    ports.tasks.register(_SWEEP_TASK, gateway.sweep)
    return Service(
        name="gateway",
        routers=[*gateway.api(), *gateway.pages(), forwarding.routes(gateway.forward)],
        handlers={
            topics.MEMBERS: each(
                KeepMember(gateway.members, gateway.sessions, gateway.links, ports.mailer)
            ),
            topics.PROGRAMMES: each(KeepProgramme(gateway.members)),
        },
        mounts=[gateway.mount],
        periodic={_SWEEP_TASK: _SWEEP_SECONDS},
        on_clear=[gateway.members.clear],
    )


def _draw() -> str:
    """Return a secret of 32 random bytes, 43 characters."""
    return secrets.token_urlsafe(32)


class _Gateway:
    """The parts of the gateway, made once and put together."""

    def __init__(self, ports: Ports) -> None:
        settings, database, clock = ports.settings, ports.database, ports.clock
        secret = settings.secret.get_secret_value()
        here = settings.public_url or own_url(settings.host, settings.port)
        self._ports = ports
        self._public = urlsplit(settings.public_url.rstrip("/"))
        self._address: Callable[[Request], str] = partial(
            address_of, proxies=settings.trusted_proxies
        )
        self._cookie = SessionCookie(is_secure=self._public.scheme == "https")
        self._frame = Frame(secret.encode())
        self.members, self.links = SqlMembers(), SqlLinks()
        self.sessions, self._keys = SqlSessions(), SqlKeys()
        self._signer = LinkSigner(secret)
        self._write_link = WriteLink(self.links, self._signer, _draw)
        self._sign_in = SignIn(
            database, self.members, self.links, self.sessions, self._signer, clock, _draw
        )
        self._sign_out = SignOut(database, self.sessions)
        self._request_link = RequestLink(
            database, self.members, self.links, ports.limiter, ports.tasks, clock, ports.ids
        )
        seal = ReaderSeal(secret.encode(), lambda: clock.now().timestamp())
        self.forward = Forward(ports.peers, seal)
        visits = TellVisits(database, self.sessions, self.links, self._audit)
        parts = Parts(ports.peers, seal, visits)
        self._export = Export(database, self.members, parts, ZipArchivist(), clock)
        self.mail_link = MailLink(
            database,
            self.members,
            self.links,
            self._write_link,
            ports.mailer,
            clock,
            settings.mail_from,
            here.rstrip("/"),
        )
        self.sweep = Sweep(database, self.links, self.sessions, self._keys, ports.tasks, clock)

    def api(self) -> list[APIRouter]:
        """Return the gateway's own part of the API."""
        database, clock, ids = self._ports.database, self._ports.clock, self._ports.ids
        issue_link = IssueLink(database, self.members, self.links, self._write_link, clock, ids)
        session_uses = session.SessionUses(
            request_link=self._request_link,
            issue_link=issue_link,
            sign_in=self._sign_in,
            sign_out=self._sign_out,
            cookie=self._cookie,
            address=self._address,
            public_url=self._ports.settings.public_url.rstrip("/"),
        )
        key_uses = keys.KeyUses(
            make_key=MakeKey(database, self._keys, clock, ids, _draw),
            list_keys=ListKeys(database, self._keys),
            revoke_key=RevokeKey(database, self._keys, clock),
        )
        return [
            session.routes(session_uses),
            keys.routes(key_uses),
            export.routes(self._export),
        ]

    def pages(self) -> list[APIRouter]:
        """Return the pages."""
        ask = Ask(self.forward)
        signing = signin.routes(
            self._frame,
            request_link=self._request_link,
            sign_in=self._sign_in,
            sign_out=self._sign_out,
            cookie=self._cookie,
            address=self._address,
        )
        others = [part.routes(self._frame, ask) for part in (find, meet, mine, moderation)]
        own = preferences.routes(self._frame, ask, export=self._export, cookie=self._cookie)
        return [signing, *others, own, docs.routes(), contracts.routes(self._frame)]

    def mount(self, app: FastAPI) -> None:
        """Put the door before the routes: the last added middleware is the first that is met."""
        app.state.identify = _reader_of
        app.router.redirect_slashes = False  # it would redirect to whatever the Host header says
        app.router.routes[:] = [
            route for route in app.router.routes if getattr(route, "path", "") != app.openapi_url
        ]
        self._show_errors(app)
        describe = DescribeApi(self._ports.peers, self._ports.cache)
        app.include_router(forwarding.contract(describe, app))
        app.mount("/static", StaticFiles(directory=UI / "static"))
        app.add_middleware(Audited, audit=self._audit, clock=self._ports.clock)
        app.add_middleware(CheckedBody)
        app.add_middleware(
            Admission,
            admit=self._admit(),
            cookie=self._cookie.name,
            public_origin=self._origin(),
            proxies=self._ports.settings.trusted_proxies,
            refuse=self._refuse,
        )
        if host := self._ports.settings.public_host:
            app.add_middleware(KnownHost, hosts={host})
        app.add_middleware(SecurityHeaders, is_https=self._cookie.is_secure)

    def _audit(self) -> Audit:
        """Return the audit log, chained by a key of the vault that nobody destroys."""
        key = self._ports.vault().make([AUDIT_KEY])[AUDIT_KEY]
        return self._ports.database.audit(key or b"")

    def _admit(self) -> Admit:
        ports = self._ports
        identify = Identify(
            ports.database,
            self.members,
            self.sessions,
            self._keys,
            ports.clock,
            ports.settings.operator_key.get_secret_value(),
        )
        return Admit(identify, ports.limiter)

    def _origin(self) -> str:
        return f"{self._public.scheme}://{self._public.netloc}" if self._public.netloc else ""

    def _refuse(self, request: Request, error: AppError) -> Response:
        """Answer what the door refuses: a page to a person, a problem to a program."""
        if is_api(request.url.path):
            return problem_response(error)
        seconds = error.retry_after_seconds if isinstance(error, TooManyError) else 0
        return self._frame.error(request, error.status, retry_after_seconds=seconds)

    def _show_errors(self, app: FastAPI) -> None:
        """Let people read as a page what no route answered, such as a wrong address."""
        as_problem = cast(
            "Callable[[Request, HTTPException], Response]", app.exception_handlers[HTTPException]
        )

        @app.exception_handler(HTTPException)
        def http_error(request: Request, error: HTTPException) -> Response:
            if is_api(request.url.path) or is_file(request.url.path):
                return as_problem(request, error)
            return self._frame.error(request, error.status_code)


def _reader_of(request: Request) -> Reader | None:
    reader: Reader | None = request.state.visit.reader
    return reader
