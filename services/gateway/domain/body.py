"""What a request body may be, before anybody reads a meaning into it."""

import json
import math
import re
from collections.abc import Iterator
from typing import NoReturn

from libs.kernel.errors import InvalidError

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 32

_OUTSIDE_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?')
_FORM = "application/x-www-form-urlencoded"
_JSON = ("application/json", "application/merge-patch+json")
_EVENT = "application/cloudevents+json"


def accepted_types(path: str) -> tuple[str, ...]:
    """Return the media types that a path takes: forms on pages, JSON on the API."""
    if not path.startswith("/v1/"):
        return (_FORM,)
    if path == "/v1/preferences/unsubscribe":
        return (*_JSON, _FORM)  # RFC 8058: mail programs post a form
    if path == "/v1/inbox":
        return (_EVENT,)
    return _JSON


def is_json(content_type: str) -> bool:
    """Tell whether a media type is one of ours for JSON."""
    return content_type in {*_JSON, _EVENT}


def media_type(header: str) -> str:
    """Return the bare media type of a ``Content-Type`` header."""
    return header.split(";", maxsplit=1)[0].strip().lower()


def check_json(body: bytes) -> None:
    """Refuse JSON that two readers could understand differently, or that could exhaust one.

    Raises ``InvalidError`` for broken or deep JSON, a key given twice, numbers beyond a double,
    ``NaN``, text that is no Unicode, and NUL, which PostgreSQL does not store.
    """
    if _depth(body) > MOST_DEPTH:
        raise InvalidError(f"The JSON is nested more than {MOST_DEPTH} levels deep.")
    try:
        content = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise InvalidError("The body is not UTF-8.") from error
    except ValueError as error:
        raise InvalidError(f"The body is not valid JSON: {error}.") from error
    for text in _texts(content):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidError("A text holds a NUL or half of a surrogate pair.")


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for byte in _OUTSIDE_STRINGS.sub(b"", body):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise InvalidError("A key stands twice in one object.")
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidError(f"{name} is not JSON.")


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidError(f"The number {text[:20]} is too large.")
    return number


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
