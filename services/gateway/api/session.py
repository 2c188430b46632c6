"""Signing in and out by the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from libs.web.bodies import Strict, json_response
from libs.web.problems import PROBLEMS, problems
from libs.web.reader import CurrentReader, OperatorReader
from services.gateway.api.admission import visit_of
from services.gateway.api.cookies import SessionCookie
from services.gateway.domain.quota import network_of
from services.gateway.usecases.signin import IssueLink, RequestLink, SignIn, SignOut

_OPEN: dict[str, list[str]] = {"security": []}
"""For routes that need no login."""


class Address(Strict):
    """Whose link it is."""

    email: str = Field(min_length=3, max_length=254)


class Token(Strict):
    """What stands in a sign-in link."""

    token: str = Field(min_length=1, max_length=1024)


class Asked(BaseModel):
    """The answer to everybody who asks for a link."""

    detail: str


class IssuedLink(BaseModel):
    """A sign-in link in place of a mail."""

    url: str


class Self(BaseModel):
    """Who is signed in."""

    member_id: str
    display_name: str
    programme: str
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class SessionUses:
    """What the routes of sessions need."""

    request_link: RequestLink
    issue_link: IssueLink
    sign_in: SignIn
    sign_out: SignOut
    cookie: SessionCookie
    address: Callable[[Request], str]
    public_url: str
    """Where people reach Kring; may be empty on one's own machine."""


def routes(uses: SessionUses) -> APIRouter:
    """Return the routes under /v1/session."""
    router = APIRouter(prefix="/v1/session", tags=["session"])

    @router.get("", operation_id="who_am_i", responses=PROBLEMS, response_model=Self)
    def who_am_i(request: Request, reader: CurrentReader) -> Response:
        """Tell who is signed in."""
        return json_response(
            {
                "member_id": reader.member_id,
                "display_name": visit_of(request).display_name,
                "programme": reader.programme,
                "role": reader.role.value,
                "language": reader.language,
            }
        )

    @router.post(
        "/link",
        operation_id="ask_for_link",
        status_code=202,
        responses=PROBLEMS,
        openapi_extra=_OPEN,
    )
    def ask_for_link(request: Request, body: Address) -> Asked:
        """Ask for a sign-in link by mail. The answer is the same for every address."""
        uses.request_link(body.email, network=network_of(uses.address(request)))
        return Asked(detail="If this address is known, a link is on its way. It holds 30 minutes.")

    @router.post("/links", operation_id="issue_link", status_code=201, responses=PROBLEMS)
    def issue_link(request: Request, reader: OperatorReader, body: Address) -> IssuedLink:
        """Make a sign-in link for a member that holds 7 days, and return it instead of mailing.

        Without a public address it begins as the operator's own request did.
        """
        base_url = uses.public_url or str(request.base_url).rstrip("/")
        return IssuedLink(url=uses.issue_link(body.email, base_url=base_url, reader=reader))

    @router.post(
        "",
        operation_id="sign_in",
        status_code=204,
        responses=problems(410),
        openapi_extra=_OPEN,
    )
    def sign_in(request: Request, body: Token) -> Response:
        """Use the token of a sign-in link, once; the answer sets the session's cookie."""
        secret = uses.sign_in(body.token, previous=visit_of(request).session)
        response = Response(status_code=204)
        uses.cookie.put(response, secret)
        return response

    @router.delete("", operation_id="sign_out", status_code=204, responses=PROBLEMS)
    def sign_out(
        request: Request,
        reader: CurrentReader,
        everywhere: Annotated[bool, Query()] = False,
    ) -> Response:
        """End this session, or every session of the member."""
        uses.sign_out(visit_of(request).session, member_id=reader.member_id, everywhere=everywhere)
        response = Response(status_code=204)
        uses.cookie.drop(response)
        return response

    return router
