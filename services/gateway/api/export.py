"""Everything about a member, by the API."""

from typing import Any

from fastapi import APIRouter, Response

from libs.web.bodies import Id
from libs.web.problems import PROBLEMS
from libs.web.reader import CurrentReader
from services.gateway.usecases.export import MEDIA_TYPE, Export

_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A zip: `index.html` to read, `data/SERVICE.json` for programs.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def routes(export: Export) -> APIRouter:
    """Return the route; the others of /v1/members are those of their owner."""
    router = APIRouter(prefix="/v1/members", tags=["members"])

    @router.get(
        "/{member_id}/export",
        operation_id="export_member",
        response_class=Response,
        responses={**PROBLEMS, **_ARCHIVE},
    )
    def fetch(reader: CurrentReader, member_id: Id) -> Response:
        """Return everything that Kring keeps about a member: for the member, and operators."""
        archive = export(member_id, reader=reader)
        return Response(archive.content, headers=archive.headers)

    return router
