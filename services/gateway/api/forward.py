"""Every public route that another service owns, and the contract of all of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from services.gateway.api.admission import visit_of
from services.gateway.domain.forwarding import GATEWAY, owner_of
from services.gateway.domain.quota import SAFE_METHODS
from services.gateway.usecases.forward import Call, DescribeApi, Forward

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


async def _body(request: Request) -> bytes:
    return b"" if request.method in SAFE_METHODS else await request.body()


def routes(forward: Forward) -> APIRouter:
    """Return the route for what is left under /v1; it comes after the gateway's own."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/v1/{rest:path}", methods=_METHODS)
    def pass_on(request: Request, body: Annotated[bytes, Depends(_body)]) -> Response:
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        if owner_of(path) == GATEWAY:
            raise HTTPException(405, "Method not allowed")
        call = Call(
            method=request.method,
            path=path,
            query=request.scope["query_string"].decode("latin-1"),
            headers=tuple(request.headers.items()),
            body=body,
        )
        reply = forward(call, reader=visit_of(request).reader)
        return Response(reply.body, reply.status, dict(reply.headers))

    return router


def contract(describe: DescribeApi, app: FastAPI) -> APIRouter:
    """Return the route of the OpenAPI document; ``app`` tells the gateway's own part."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    def document() -> Response:
        return Response(describe(app.openapi()), media_type="application/json")

    return router
