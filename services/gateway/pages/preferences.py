"""The page of preferences: what one is told where, what is allowed, and leaving for good."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.domain.session import LANGUAGE_COOKIE
from services.gateway.pages.frame import Frame, Person, Sent, after
from services.gateway.pages.signin import Cookie
from services.gateway.usecases.export import Export
from services.gateway.usecases.forward import Ask

_KINDS = ("recommendation", "introduction_asked", "introduced", "moderation")
_CHANNELS = ("page", "mail")
_CONSENTS = ("matching", "mail", "cross_line")
_LANGUAGES = ("nl", "en")


def routes(frame: Frame, ask: Ask, *, export: Export, cookie: Cookie) -> APIRouter:
    """Return the routes of /preferences."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())

    @router.get("/preferences")
    def show(request: Request, person: Annotated[Person, Depends(frame.signed_in)]) -> Response:
        """Show what this member is told where, and what they allow."""
        found = ask(person.reader, "/v1/preferences")
        profile = ask(person.reader, f"/v1/members/{person.reader.member_id}")
        return frame.page(
            request,
            "preferences.html",
            preferences=found.content,
            is_fine=found.is_fine,
            kinds=_KINDS,
            channels=_CHANNELS,
            profile=profile.content,
            consents=_CONSENTS,
            languages=_LANGUAGES,
        )

    @router.post("/preferences")
    def replace(sent: Annotated[Sent, Depends(frame.sent)]) -> Response:
        """Keep what was ticked; a box that is empty is not sent and means no."""
        chosen = {
            channel: {kind: f"{channel}.{kind}" in sent.fields for kind in _KINDS}
            for channel in _CHANNELS
        }
        answer = ask(sent.reader, "/v1/preferences", method="PUT", body=chosen)
        return after(answer, "/preferences", "saved")

    @router.post("/preferences/profile")
    def change(sent: Annotated[Sent, Depends(frame.sent)]) -> Response:
        """Keep what the member allows, and their language; the choice on this browser ends."""
        path = f"/v1/members/{sent.reader.member_id}"
        others = ask(sent.reader, path).content.get("languages", [])
        chosen = sent.fields.get("language", "")
        body = {
            "consents": [purpose for purpose in _CONSENTS if f"may.{purpose}" in sent.fields],
            "languages": [chosen, *(tag for tag in others if tag != chosen)],
        }
        response = after(ask(sent.reader, path, method="PATCH", body=body), "/preferences", "saved")
        response.delete_cookie(LANGUAGE_COOKIE)
        return response

    @router.get("/preferences/export")
    def fetch(person: Annotated[Person, Depends(frame.signed_in)]) -> Response:
        """Give the member everything about themselves, as a file."""
        archive = export(person.reader.member_id, reader=person.reader)
        return Response(archive.content, headers=archive.headers)

    @router.post("/preferences/erase")
    def erase(sent: Annotated[Sent, Depends(frame.sent)]) -> Response:
        """Erase the member who says so twice, and sign out."""
        if "sure" not in sent.fields:
            return RedirectResponse("/preferences?done=invalid", 303)
        stories = "keep" if "keep" in sent.fields else "withdraw"
        path = f"/v1/members/{sent.reader.member_id}"
        answer = ask(sent.reader, path, method="DELETE", query={"stories": stories})
        if not answer.is_fine:
            return after(answer, "/preferences", "saved")
        response = RedirectResponse("/signin?done=erased", 303)
        cookie.drop(response)
        return response

    return router
