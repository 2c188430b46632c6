"""The pages of signing in and out."""

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from libs.kernel.errors import InvalidError
from services.gateway.domain.quota import network_of
from services.gateway.pages.frame import Frame, Sent
from services.gateway.usecases.signin import RequestLink, SignIn, SignOut


class Cookie(Protocol):
    """Puts the secret of a session into a browser, and takes it out."""

    def put(self, response: Response, secret: str) -> None:
        """Give the browser a session."""
        ...

    def drop(self, response: Response) -> None:
        """Take the session out of the browser."""
        ...


def routes(
    frame: Frame,
    *,
    request_link: RequestLink,
    sign_in: SignIn,
    sign_out: SignOut,
    cookie: Cookie,
    address: Callable[[Request], str],
) -> APIRouter:
    """Return the routes of /signin and /signout."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())

    @router.get("/signin")
    def ask(request: Request, token: Annotated[str, Query(max_length=1024)] = "") -> Response:
        """Show a form; a link in a mail only shows a button, since scanners open links too."""
        return frame.page(request, "signin.html", token=token, wrong="")

    @router.post("/signin/link")
    def mail_link(request: Request, email: Annotated[str, Form(max_length=254)] = "") -> Response:
        """Ask for a link; what is shown is the same for every address."""
        try:
            request_link(email, network=network_of(address(request)))
        except InvalidError:
            return frame.page(request, "signin.html", status=422, token="", wrong=email)
        return frame.page(request, "sent.html")

    @router.post("/signin")
    def use(request: Request, token: Annotated[str, Form(max_length=1024)]) -> Response:
        """Use the link and go to the start."""
        secret = sign_in(token, previous=request.state.visit.session)
        response = RedirectResponse("/", 303)
        cookie.put(response, secret)
        return response

    @router.post("/signout")
    def leave(sent: Annotated[Sent, Depends(frame.sent)]) -> Response:
        """End the session, or all of them."""
        everywhere = bool(sent.fields.get("everywhere"))
        sign_out(sent.visit.session, member_id=sent.reader.member_id, everywhere=everywhere)
        response = RedirectResponse("/signin", 303)
        cookie.drop(response)
        return response

    return router
