"""The page of preferences: what one is told where, and leaving."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.pages.frame import Frame, Person, Sent, after
from services.gateway.usecases.forward import Ask

_KINDS = ("recommendation", "introduction_asked", "introduced")
_CHANNELS = ("page", "mail")


def routes(frame: Frame, ask: Ask) -> APIRouter:
    """Return the routes of /preferences."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())

    @router.get("/preferences")
    def show(request: Request, person: Annotated[Person, Depends(frame.signed_in)]) -> Response:
        """Show what this member is told where."""
        found = ask(person.reader, "/v1/preferences")
        return frame.page(
            request,
            "preferences.html",
            preferences=found.content,
            is_fine=found.is_fine,
            kinds=_KINDS,
            channels=_CHANNELS,
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

    return router
