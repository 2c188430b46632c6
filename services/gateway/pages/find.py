"""The pages where people look: search, a story, a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from libs.kernel.errors import NotFoundError, UnavailableError
from libs.web.bodies import Id
from services.gateway.domain.results import FACETS, facets, query_string
from services.gateway.pages.frame import Frame, Person
from services.gateway.usecases.forward import Answer, Ask

_SIMILAR = 4
_PEOPLE = 3


def routes(frame: Frame, ask: Ask) -> APIRouter:
    """Return the routes of /, /stories/… and /members/…."""
    router = APIRouter(include_in_schema=False, route_class=frame.route_class())
    Reading = Annotated[Person, Depends(frame.signed_in)]  # noqa: N806  # a type, made per frame

    @router.get("/")
    def start(
        request: Request, person: Reading, q: Annotated[str, Query(max_length=500)] = ""
    ) -> Response:
        """Show the search box, with results or with people to meet."""
        if q.strip():
            return _results(frame, ask, request, person)
        slate = ask(person.reader, "/v1/recommendations")
        return frame.page(
            request,
            "start.html",
            people=slate.content.get("recommendations", []),
            is_fine=slate.is_fine,
            q="",
        )

    @router.get("/stories/{story_id}")
    def story(request: Request, person: Reading, story_id: Id) -> Response:
        """Show one story, and stories like it."""
        told = ask(person.reader, f"/v1/stories/{story_id}")
        _check(told)
        like = ask(person.reader, f"/v1/search/similar/{story_id}", query={"limit": _SIMILAR})
        return frame.page(
            request,
            "story.html",
            story=told.content,
            similar=like.content.get("hits", []),
            is_own=told.content.get("owner") == person.reader.member_id,
            q="",
        )

    @router.get("/members/{member_id}")
    def member(request: Request, person: Reading, member_id: Id) -> Response:
        """Show one member, with a form to ask for an introduction."""
        profile = ask(person.reader, f"/v1/members/{member_id}")
        _check(profile)
        is_self = member_id == person.reader.member_id
        return frame.page(request, "member.html", member=profile.content, is_self=is_self)

    return router


def _check(answer: Answer) -> None:
    if answer.status == UnavailableError.status:
        raise UnavailableError("This part of Kring cannot be reached now.")
    if not answer.is_fine:
        raise NotFoundError("There is no such thing.")


def _results(frame: Frame, ask: Ask, request: Request, person: Person) -> Response:
    parameters = request.query_params
    asked = {name: parameters.getlist(name) for name in ("q", *FACETS) if parameters.get(name)}
    found = ask(
        person.reader, "/v1/search", query={**asked, "cursor": parameters.get("cursor", "")}
    )
    people = ask(person.reader, "/v1/search/people", query={"q": parameters["q"], "limit": _PEOPLE})
    following = found.content.get("next") or ""
    return frame.page(
        request,
        "results.html",
        q=parameters["q"],
        is_fine=found.is_fine,
        hits=found.content.get("hits", []),
        total=found.content.get("total", 0),
        facets=facets(asked, found.content.get("facets", {})),
        people=people.content.get("hits", []),
        following=query_string({**asked, "cursor": [following]}) if following else "",
    )
