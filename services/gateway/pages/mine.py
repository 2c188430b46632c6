"""The pages about oneself: one's work, a story to share, preferences."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from libs.web.bodies import Id
from services.gateway.pages.frame import Frame, Person, Sent, after
from services.gateway.usecases.forward import Ask

_INITIATIVE = ("title", "what", "for_whom", "struggle", "need", "offer")
_STORY = ("kind", "title", "summary", "body", "context", "outcome", "visibility")


def routes(frame: Frame, ask: Ask) -> APIRouter:
    """Return the routes of /initiatives and /share."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())
    Reading = Annotated[Person, Depends(frame.signed_in)]  # noqa: N806  # a type, made per frame
    Sending = Annotated[Sent, Depends(frame.sent)]  # noqa: N806  # a type, made per frame

    def initiatives_page(
        request: Request, person: Person | Sent, *, wrong: str = "", **tried: object
    ) -> Response:
        profile = ask(person.reader, f"/v1/members/{person.reader.member_id}")
        return frame.page(
            request,
            "initiatives.html",
            status=422 if wrong else 200,
            initiatives=profile.content.get("initiatives", []),
            sequence=profile.content.get("sequence", ""),
            is_fine=profile.is_fine,
            wrong=wrong,
            tried=tried,
        )

    @router.get("/initiatives")
    def initiatives(request: Request, person: Reading) -> Response:
        """Show what this member works on, each as a form."""
        return initiatives_page(request, person)

    @router.post("/initiatives")
    def create(request: Request, sent: Sending) -> Response:
        """Add an initiative; what the API refuses is shown again with what was typed."""
        told = _initiative(sent)
        path = f"/v1/members/{sent.reader.member_id}/initiatives"
        answer = ask(sent.reader, path, method="POST", body=told, headers=sent.once())
        if answer.status == 422:  # noqa: PLR2004  # the status itself is the clearest name
            return initiatives_page(request, sent, wrong="new", **told)
        return after(answer, "/initiatives", "saved")

    @router.post("/initiatives/{initiative_id}")
    def change(request: Request, sent: Sending, initiative_id: Id) -> Response:
        """Change an initiative; what the API refuses is shown again with what was typed."""
        told = _initiative(sent)
        path = f"/v1/members/{sent.reader.member_id}/initiatives/{initiative_id}"
        answer = ask(sent.reader, path, method="PATCH", body=told, headers=sent.unless_changed())
        if answer.status == 422:  # noqa: PLR2004  # the status itself is the clearest name
            return initiatives_page(request, sent, wrong=initiative_id, **told)
        return after(answer, "/initiatives", "saved")

    @router.get("/share")
    def share(request: Request, person: Reading) -> Response:  # noqa: ARG001  # must be signed in
        """Show the form of a story."""
        return frame.page(request, "share.html", tried={}, wrong="")

    @router.post("/share")
    def tell(request: Request, sent: Sending) -> Response:
        """Share a story; what the API refuses is shown again with what was typed."""
        told: dict[str, Any] = {**sent.texts(*_STORY), "stage": sent.number("stage")}
        answer = ask(sent.reader, "/v1/stories", method="POST", body=told, headers=sent.once())
        if not answer.is_fine:
            wrong = "done_invalid" if answer.status == 422 else "done_failed"  # noqa: PLR2004
            return frame.page(request, "share.html", status=answer.status, tried=told, wrong=wrong)
        return after(answer, "/share", "shared")

    return router


def _initiative(sent: Sent) -> dict[str, Any]:
    return {
        **sent.texts(*_INITIATIVE),
        "stage": sent.number("stage"),
        "flag": sent.fields.get("flag") or None,
    }
