"""The route at which a service tells the gateway what it holds about whoever asks."""

from fastapi import APIRouter, Response

from libs.kernel.errors import ForbiddenError
from libs.ports.holdings import Holdings
from libs.web.bodies import json_response
from libs.web.reader import CurrentReader

PATH = "/internal/holdings"
"""The gateway does not forward it. It names nobody: one can only ask about oneself."""


def holdings_routes(holdings: Holdings) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def tell(reader: CurrentReader) -> Response:
        """Return everything that is held about the reader, by kind."""
        if not reader.member_id:
            raise ForbiddenError("Only members have data about themselves here.")
        return json_response({each.kind: list(each.things) for each in holdings(reader)})

    return router
