"""The headers by which one request is one effect, and a change meets what it was made for."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Header, Response

from libs.kernel.errors import InvalidError
from libs.web.problems import problems
from services.ingestion.domain.errors import StaleError
from services.ingestion.domain.identity import fingerprint
from services.ingestion.usecases.access import Expected
from services.ingestion.usecases.once import Attempt

CREATING = problems(400, 409, 415)
CHANGING = problems(400, 409, 412, 415)

_ETAG = re.compile(r'"([0-9]{1,18})"')
_MOST_KEY = 255

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=_MOST_KEY,
        description="The same key with the same body has one effect and one answer, for a day.",
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=100,
        description="The ETag of what the change was made for; left out, it changes any state.",
    ),
]


def attempt(operation: str, key: str, body: Mapping[str, object]) -> Attempt:
    """Return what an idempotency key stands for."""
    if key and not key.isprintable():
        raise InvalidError("The Idempotency-Key holds control characters.")
    return Attempt(key, fingerprint([operation, body]))


def expected(if_match: str) -> Expected:
    """Return the sequence in an ``If-Match`` header; an ETag that is not ours matches nothing."""
    if if_match in {"", "*"}:
        return Expected()
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise StaleError("Send the ETag of what you read, as you got it.")
    return Expected(int(match[1]))


def tag(response: Response, sequence: int) -> None:
    """Give an answer the ETag of a state."""
    response.headers["etag"] = f'"{sequence}"'
