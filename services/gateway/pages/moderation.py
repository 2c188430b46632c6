"""The pages of moderation: what was reported, and what is hidden of one's own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from libs.kernel.errors import ForbiddenError
from libs.kernel.policy import Role
from libs.web.bodies import Id
from services.gateway.pages.frame import Frame, Person, Sent, after
from services.gateway.usecases.forward import Ask

_DECISIONS = ("hide", "dismiss", "restore", "uphold")


def routes(frame: Frame, ask: Ask) -> APIRouter:
    """Return the routes of /moderation."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())
    Reading = Annotated[Person, Depends(frame.signed_in)]  # noqa: N806  # a type, made per frame
    Sending = Annotated[Sent, Depends(frame.sent)]  # noqa: N806  # a type, made per frame

    @router.get("/moderation")
    def cases(
        request: Request, person: Reading, hidden: bool = False, cursor: str = ""
    ) -> Response:
        """Show a coordinator what waits for a decision, or what is hidden."""
        if not person.reader.has(Role.COORDINATOR):
            raise ForbiddenError("Coordinators moderate.")
        query = {"hidden": str(hidden).lower(), "cursor": cursor}
        found = ask(person.reader, "/v1/moderation", query=query)
        return frame.page(
            request,
            "moderation.html",
            cases=found.content.get("cases", []),
            following=found.content.get("next", ""),
            is_fine=found.is_fine,
            hidden=hidden,
        )

    @router.get("/moderation/own")
    def own(request: Request, person: Reading) -> Response:
        """Show an author the own stories that are hidden, why, and the way to appeal."""
        found = ask(person.reader, "/v1/moderation/own")
        cases = found.content.get("cases", [])
        return frame.page(request, "hidden.html", cases=cases, is_fine=found.is_fine)

    @router.post("/moderation/{story_id}/reports")
    def report(sent: Sending, story_id: Id) -> Response:
        """Report a story."""
        path, body = f"/v1/moderation/{story_id}/reports", sent.texts("reason", "explanation")
        answer = ask(sent.reader, path, method="POST", body=body)
        return after(answer, f"/stories/{story_id}", "reported")

    @router.post("/moderation/{story_id}/appeal")
    def appeal(sent: Sending, story_id: Id) -> Response:
        """Ask for another look."""
        path, body = f"/v1/moderation/{story_id}/appeal", sent.texts("explanation")
        return after(
            ask(sent.reader, path, method="POST", body=body), "/moderation/own", "appealed"
        )

    @router.post("/moderation/{story_id}/{decision}")
    def decide(sent: Sending, story_id: Id, decision: str) -> Response:
        """Decide; the form has a button per decision."""
        if decision not in _DECISIONS:
            raise ForbiddenError("There is no such decision.")
        told = sent.texts("reason", "explanation")
        body = {**told, "reason": told["reason"] or None}
        path = f"/v1/moderation/{story_id}/{decision}"
        answer = ask(sent.reader, path, method="POST", body=body, headers=sent.unless_changed())
        return after(answer, "/moderation", "decided")

    return router
