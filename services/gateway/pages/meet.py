"""The pages where people meet: introductions and notifications."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from libs.web.bodies import Id
from services.gateway.pages.frame import Frame, Person, Sent, after
from services.gateway.usecases.forward import Ask


def routes(frame: Frame, ask: Ask) -> APIRouter:
    """Return the routes of /introductions and /notifications."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())
    Reading = Annotated[Person, Depends(frame.signed_in)]  # noqa: N806  # a type, made per frame
    Sending = Annotated[Sent, Depends(frame.sent)]  # noqa: N806  # a type, made per frame

    @router.get("/introductions")
    def introductions(request: Request, person: Reading) -> Response:
        """Show the introductions of this member, newest first."""
        found = ask(person.reader, "/v1/introductions")
        return frame.page(
            request,
            "introductions.html",
            introductions=found.content.get("introductions", []),
            is_fine=found.is_fine,
        )

    @router.post("/introductions")
    def ask_for(sent: Sending) -> Response:
        """Ask to be introduced to somebody."""
        body = sent.texts("member_id", "message")
        answer = ask(sent.reader, "/v1/introductions", method="POST", body=body)
        return after(answer, "/introductions", "asked")

    @router.post("/introductions/{introduction_id}")
    def reply(sent: Sending, introduction_id: Id) -> Response:
        """Answer somebody who asked."""
        path = f"/v1/introductions/{introduction_id}/answer"
        given = ask(sent.reader, path, method="POST", body=sent.texts("answer"))
        return after(given, "/introductions", "answered")

    @router.get("/notifications")
    def notifications(request: Request, person: Reading) -> Response:
        """Show the notifications of this member, newest first."""
        found = ask(person.reader, "/v1/notifications")
        return frame.page(
            request,
            "notifications.html",
            notifications=found.content.get("notifications", []),
            is_fine=found.is_fine,
        )

    @router.post("/notifications/{notification_id}")
    def read(sent: Sending, notification_id: Id) -> Response:
        """Mark one as read."""
        path = f"/v1/notifications/{notification_id}/read"
        return after(ask(sent.reader, path, method="POST"), "/notifications", "saved")

    return router
