"""The page of preferences: language, mail, and where one is signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.pages.frame import Frame, Person
from services.gateway.usecases.forward import Ask


def routes(frame: Frame, ask: Ask) -> APIRouter:
    """Return the routes of /preferences."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())

    @router.get("/preferences")
    def preferences(
        request: Request, person: Annotated[Person, Depends(frame.signed_in)]
    ) -> Response:
        """Show the preferences."""
        found = ask(person.reader, "/v1/preferences")
        return frame.page(
            request, "preferences.html", preferences=found.content, is_fine=found.is_fine
        )

    return router
