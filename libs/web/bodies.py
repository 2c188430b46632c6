"""Bodies: strict models in, plain JSON out."""

from typing import Annotated

import orjson
from fastapi import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from libs.kernel.ids import is_id


class Strict(BaseModel):
    """A body in which an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def _check_id(value: str) -> str:
    if not is_id(value):
        raise ValueError("is not an id of Kring: use it as you got it")
    return value


Id = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    AfterValidator(_check_id),
]
"""An id in a path, a query or a body."""


def json_content(content: object) -> bytes:
    """Return plain values as JSON, without FastAPI's encoder, which hot routes would feel."""
    return orjson.dumps(content)


def json_response(content: object, status: int = 200) -> Response:
    """Return plain values, or JSON that ``json_content`` made, as the body of an answer."""
    body = content if isinstance(content, bytes) else json_content(content)
    return Response(body, status, media_type="application/json")
