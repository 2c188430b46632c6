"""The contract of the events as a page, and as files for tools; nothing comes from elsewhere."""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response

from libs.contracts.asyncapi import document
from libs.contracts.prose import contract
from services.gateway.pages.frame import Frame


def routes(frame: Frame) -> APIRouter:
    """Return the routes of /contracts."""
    router = APIRouter(include_in_schema=False)

    @router.get("/contracts")
    def page(request: Request) -> Response:
        """Show what programmes may rely on."""
        told = document()
        return frame.page(
            request,
            "contracts.html",
            contract=told,
            channels=[_channel(told, name) for name in told["channels"]],
            as_json=lambda value: json.dumps(value, indent=2, ensure_ascii=False),
            kind_of=_kind_of,
        )

    @router.get("/contracts/asyncapi.json")
    def asyncapi() -> Response:
        """Return the AsyncAPI document."""
        return Response(_as_bytes(), media_type="application/json")

    @router.get("/contracts/kring.binpb")
    def descriptors() -> Response:
        """Return the proto files as a FileDescriptorSet: ``protoc --descriptor_set_in``."""
        return Response(contract(), media_type="application/octet-stream")

    return router


@cache
def _as_bytes() -> bytes:
    return json.dumps(document(), indent=1, ensure_ascii=False).encode()


def _channel(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a channel with its message, for the page."""
    channel = told["channels"][name]
    (aggregate,) = channel["messages"]
    message = told["components"]["messages"][aggregate]
    is_written = any(
        operation["action"] == "receive" and operation["channel"]["$ref"].endswith(f"/{name}")
        for operation in told["operations"].values()
    )
    return {**channel, "name": name, "is_written": is_written, "message": message}


def _kind_of(field: dict[str, Any]) -> dict[str, str]:
    """Return how the page names what a field holds, with the schema it links to."""
    inner = field.get("items", field)
    several = "list of " if "items" in field else ""
    if "$ref" in inner:
        name = inner["$ref"].rpartition("/")[2]
        return {"text": f"{several}{name}", "schema": name}
    word = inner.get("format") or inner["type"]
    return {"text": f"{several}{word}", "schema": ""}
