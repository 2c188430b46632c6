"""Keys of programmes by the API."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from libs.kernel.errors import InvalidError
from libs.kernel.ids import is_id
from libs.kernel.policy import Role
from libs.web.bodies import Id, Strict
from libs.web.problems import PROBLEMS
from libs.web.reader import CoordinatorReader
from services.gateway.domain.keys import MOST_DAYS, Key
from services.gateway.usecases.keys import ListKeys, MakeKey, RevokeKey


class NewKey(Strict):
    """What a key is for, what it may do and how long."""

    name: str = Field(min_length=1, max_length=100)
    role: Literal["member", "ambassador", "coordinator"] = "coordinator"
    days: int = Field(default=365, ge=1, le=MOST_DAYS)


class KeyBody(BaseModel):
    """A key as it is kept, without its secret."""

    id: str
    programme: str
    name: str
    role: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class MadeKey(KeyBody):
    """A new key, with what is shown this once."""

    key: str


class KeyList(BaseModel):
    """Keys by id, and where the next page begins."""

    keys: list[KeyBody]
    next: str | None


@dataclass(frozen=True, slots=True)
class KeyUses:
    """What the routes of keys need."""

    make_key: MakeKey
    list_keys: ListKeys
    revoke_key: RevokeKey


def routes(uses: KeyUses) -> APIRouter:
    """Return the routes under /v1/keys."""
    router = APIRouter(prefix="/v1/keys", tags=["keys"])

    @router.post("", operation_id="make_key", status_code=201, responses=PROBLEMS)
    def make_key(reader: CoordinatorReader, body: NewKey) -> MadeKey:
        """Make a key for the own programme; its secret is shown in this answer only."""
        key, text = uses.make_key(body.name, role=Role(body.role), days=body.days, reader=reader)
        return MadeKey(**_body(key).model_dump(), key=text)

    @router.get("", operation_id="list_keys", responses=PROBLEMS)
    def list_keys(
        reader: CoordinatorReader,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: Annotated[str, Query(max_length=100)] = "",
    ) -> KeyList:
        """List the keys of the own programme that are not revoked."""
        keys = uses.list_keys(after=_after(cursor), limit=limit, reader=reader)
        following = _cursor(keys[-1].id) if len(keys) == limit else None
        return KeyList(keys=[_body(key) for key in keys], next=following)

    @router.delete("/{key_id}", operation_id="revoke_key", status_code=204, responses=PROBLEMS)
    def revoke_key(reader: CoordinatorReader, key_id: Id) -> Response:
        """End a key at once."""
        uses.revoke_key(key_id, reader=reader)
        return Response(status_code=204)

    return router


def _body(key: Key) -> KeyBody:
    return KeyBody(
        id=key.id,
        programme=key.programme,
        name=key.name,
        role=key.role.value,
        created_at=_time(key.created_at),
        expires_at=_time(key.expires_at),
        used_at=_time(key.used_at) if key.used_at else None,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _cursor(key_id: str) -> str:
    return base64.urlsafe_b64encode(key_id.encode()).decode()


def _after(cursor: str) -> str:
    try:
        after = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidError("Use the cursor as you got it.") from error
    if after and not is_id(after):
        raise InvalidError("Use the cursor as you got it.")
    return after
