"""Passing a request on to its owner, and joining what the services say of themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import structlog

from libs.kernel.errors import InvalidError, NotFoundError, UnauthenticatedError, UnavailableError
from libs.kernel.policy import Reader
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.cache import Cache
from libs.ports.peers import Peers, Reply
from services.gateway.domain.forwarding import (
    GATEWAY,
    SERVICES,
    is_public,
    is_query_sane,
    owner_of,
    reply_headers,
    request_headers,
)
from services.gateway.domain.openapi import merge

_CONTRACT_KEY = "gateway:openapi"
_CONTRACT_SECONDS = 300.0

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a public route; ``path`` and ``query`` are as they were sent."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Forward:
    """Pass a call on, with the reader sealed into it."""

    peers: Peers
    seal: ReaderSeal

    def __call__(self, call: Call, *, reader: Reader | None) -> Reply:
        """Return the owner's answer, whatever its status, without what is ours to say.

        Raises ``NotFoundError`` for a path nobody owns, ``UnauthenticatedError`` for a stranger
        where one must be somebody, ``UnavailableError`` when the owner is down.
        """
        service = owner_of(call.path)
        if service in {"", GATEWAY}:
            raise NotFoundError("There is no such route; see /docs.")
        if not is_query_sane(call.query):
            raise InvalidError("The query is too long.")
        headers = request_headers(call.headers)
        if reader is not None:
            headers[HEADER] = self.seal.close(reader)
        elif not is_public(call.path):
            raise UnauthenticatedError(
                "Sign in, or send the key of your programme as a bearer token."
            )
        reply = self.peers.call(
            service, call.method, call.path, query=call.query, headers=headers, body=call.body
        )
        return Reply(reply.status, reply_headers(reply.headers), reply.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page got for a question; ``content`` is empty when there was no sensible answer."""

    status: int
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_fine(self) -> bool:
        """Tell whether the question was answered."""
        return self.status < 400  # noqa: PLR2004  # the first status that is an error


@dataclass(frozen=True, slots=True)
class Ask:
    """How a page gets its data: through the public API, as the reader, like anybody else."""

    forward: Forward

    def __call__(
        self,
        reader: Reader,
        path: str,
        *,
        method: str = "GET",
        query: Mapping[str, str | int | Sequence[str]] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer; a service that is down is a 503, so that the page still shows."""
        given = dict(headers or {})
        if body is not None:
            given["content-type"] = "application/json"
        call = Call(
            method=method,
            path=path,
            query=urlencode(query or {}, doseq=True),
            headers=tuple(given.items()),
            body=b"" if body is None else json.dumps(body).encode(),
        )
        try:
            reply = self.forward(call, reader=reader)
        except (UnavailableError, NotFoundError, InvalidError) as error:
            return Answer(error.status)
        return Answer(reply.status, _object(reply.body))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


@dataclass(frozen=True, slots=True)
class DescribeApi:
    """The OpenAPI document of all of Kring."""

    peers: Peers
    cache: Cache

    def __call__(self, own: Mapping[str, Any]) -> bytes:
        """Return the union as JSON; kept for five minutes once every service has answered."""
        kept = self.cache.get(_CONTRACT_KEY)
        if kept is not None:
            return kept
        documents = {service: self._document(service) for service in SERVICES}
        found = {service: document for service, document in documents.items() if document}
        content = json.dumps(merge(own, found)).encode()
        if len(found) == len(SERVICES):
            self.cache.put(_CONTRACT_KEY, content, seconds=_CONTRACT_SECONDS)
        return content

    def _document(self, service: str) -> Mapping[str, Any]:
        try:
            reply = self.peers.call(service, "GET", "/openapi.json")
        except UnavailableError:
            _log.warning("contract_incomplete", service=service)
            return {}
        return _object(reply.body)
