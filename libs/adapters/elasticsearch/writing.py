"""Changes in bulk, each outcome looked at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from elasticsearch import Elasticsearch

from libs.adapters.elasticsearch.connection import PASSING, WRITE_SECONDS, no_right, translated
from libs.adapters.elasticsearch.mapping import Json
from libs.kernel.errors import AccessError, PoisonError, RetryableError

Change = tuple[str, int, Json]
"""Id, sequence and what to store."""

_CONFLICT = 409
_FORBIDDEN = 403
_MOST_BYTES = 8 * 2**20
"""So large a request is, but for a document that is larger alone."""
_NAMED = 3
_NUMPY = orjson.OPT_SERIALIZE_NUMPY


def write(client: Elasticsearch, alias: str, changes: Iterable[Change]) -> None:
    """Store what is newer than what is stored; readers see it when this returns.

    The engine compares the sequence itself: what is older or equal is refused there, and that is
    no error. Raises ``RetryableError`` if some could not be stored now, ``PoisonError`` if some
    never can; the others are stored.
    """
    failed: list[Mapping[str, Any]] = []
    for lines in _requests(changes):
        with translated():
            answer = client.options(request_timeout=WRITE_SECONDS).bulk(
                index=alias,
                operations=lines,  # type: ignore[arg-type]  # bytes go through as they are
                require_alias=True,  # never make an index without our mapping
                refresh=True,
            )
        if answer["errors"]:
            outcomes = (each["index"] for each in answer["items"])
            failed += [each for each in outcomes if each["status"] not in {200, 201, _CONFLICT}]
    if failed:
        _complain(failed)


def _complain(failed: Sequence[Mapping[str, Any]]) -> None:
    for each in failed:
        if each["status"] == _FORBIDDEN:
            raise AccessError(no_right(f"{each['error']}"))
    passing = [each for each in failed if each["status"] in PASSING]
    some = "; ".join(f"{each['_id']}: {each['error']}" for each in (passing or failed)[:_NAMED])
    if passing:
        raise RetryableError(f"Elasticsearch stored {len(failed)} changes not, for now: {some}")
    raise PoisonError(f"Elasticsearch can never store {len(failed)} changes: {some}")


def _requests(changes: Iterable[Change]) -> Iterator[list[bytes]]:
    """Yield the lines of requests of bounded size."""
    lines: list[bytes] = []
    size = 0
    for name, sequence, source in changes:
        action = {"_id": name, "version": sequence, "version_type": "external"}
        pair = [orjson.dumps({"index": action}), orjson.dumps(source, option=_NUMPY)]
        length = sum(map(len, pair))
        if lines and size + length > _MOST_BYTES:
            yield lines
            lines, size = [], 0
        lines += pair
        size += length
    if lines:
        yield lines
