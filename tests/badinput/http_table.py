"""B1–B26: what may go wrong in HTTP and JSON, and the answer to it.

A row: id, what, how it is sent, the statuses that are right. Every row is sent with the operator's
key, so that nothing but the input is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Row:
    """One bad input, and the statuses that are right for it."""

    id: str
    what: str
    path: str = "/v1/stories"
    body: bytes | None = None
    method: str = "POST"
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (422,)


def _story(**more: Any) -> bytes:  # noqa: ANN401  # JSON
    import json  # noqa: PLC0415

    return json.dumps({"title": "Goed", "programme": "ours", **more}).encode()


def _raw(inside: bytes) -> bytes:
    return b'{"title": "Goed", "programme": "ours", ' + inside + b"}"


def _get(identity: str, what: str, path: str, *statuses: int, **headers: str) -> Row:
    return Row(identity, what, path, method="GET", headers=headers, statuses=statuses or (422,))


_DEEP = b"[" * 10_000 + b"]" * 10_000
ABSENT = "01900000-0000-7000-8000-0000000000ff"

ROWS = (
    Row("B1", "an empty body", body=b""),
    Row("B2", "null", body=b"null"),
    Row("B3", "a list for an object", body=b"[]"),
    Row("B3b", "a text for an object", body=b'"x"'),
    Row("B3c", "a number for an object", body=b"1"),
    Row("B4", "a key twice", body=_raw(b'"summary": "a", "summary": "b"')),
    Row("B5", "NaN", body=_raw(b'"stage": NaN')),
    Row("B5b", "Infinity", body=_raw(b'"stage": -Infinity')),
    Row("B6", "a number beyond a double", body=_raw(b'"stage": 1e400')),
    Row("B7", "2^63", body=_raw(b'"stage": 9223372036854775808')),
    Row("B7b", "-1", body=_raw(b'"stage": -1')),
    Row("B7c", "0.1 as a whole number", body=_raw(b'"year": 0.1')),
    Row("B7d", "0 is none", body=_raw(b'"stage": 0'), statuses=(201,)),
    Row("B7e", "a thousand digits", body=_raw(b'"year": ' + b"9" * 1000)),
    Row("B7f", "true for a number", body=_raw(b'"year": true'), statuses=(422, 201)),
    Row("B8", "10,000 levels deep", body=_raw(b'"summary": ' + _DEEP)),
    Row("B8b", "10,000 levels that do not end", body=b"[" * 10_000),
    Row("B9", "1.1 MiB", body=_story(body="x" * 1_150_000), statuses=(413,)),
    Row("B11", "a form on the API", body=b"title=x", kind="application/x-www-form-urlencoded",
        statuses=(415,)),
    Row("B11b", "text", body=_story(), kind="text/plain", statuses=(415,)),
    Row("B11c", "no kind", body=_story(), kind="", statuses=(415,)),
    Row("B11d", "XML", body=b"<x/>", kind="application/xml", statuses=(415,)),
    Row("B11e", "a kind that is none", body=_story(), kind="application/json/x;;=",
        statuses=(415,)),
    Row("B11f", "parts", body=b"--x--", kind="multipart/form-data; boundary=x", statuses=(415,)),
    Row("B12", "gzip", body=b"\x1f\x8b" + b"\0" * 40, headers={"content-encoding": "gzip"},
        statuses=(415,)),
    Row("B12b", "two encodings", body=_story(), headers={"content-encoding": "br, gzip"},
        statuses=(415,)),
    Row("B13", "UTF-16", body=_story().decode().encode("utf-16")),
    Row("B13b", "a byte order mark", body=b"\xef\xbb\xbf" + _story()),
    Row("B13c", "Latin-1", body=_raw(b'"summary": "caf\xe9"')),
    Row("B14", "half of a surrogate pair", body=_raw(b'"summary": "\\ud800"')),
    Row("B14b", "overlong UTF-8", body=_raw(b'"summary": "\xc0\xaf"')),
    Row("B15", "NUL", body=_raw(b'"summary": "a\\u0000b"')),
    Row("B15b", "a raw control character", body=_raw(b'"summary": "a\x01b"')),
    _get("B16", "many parameters", "/v1/search?" + "q=x&" * 5_000, 422, 431, 400),
    _get("B16b", "a long parameter", "/v1/search?q=" + "x" * 20_000, 422, 431, 400),
    _get("B17", "a parameter twice", "/v1/search?q=een&q=twee", 200, 422),
    _get("B17b", "a limit twice", "/v1/stories?limit=1&limit=1000", 200, 422),
    _get("B18b", "a way up, hidden", "/v1/stories/%2e%2e%2fmembers", 404),
    _get("B18c", "NUL in an id", "/v1/stories/%00", 404, 422),
    _get("B18d", "a line break in an id", "/v1/stories/x%0d%0ax-y:%20z", 404, 422),
    _get("B18e", "a backslash", "/v1/stories/..%5c..%5cx", 404),
    _get("B18f", "SQL", "/v1/stories/1'%20OR%20'1'='1", 404, 422),
    _get("B18g", "no UTF-8", "/v1/stories/%ff%fe", 404, 422),
    _get("B19", "an id in capitals", f"/v1/stories/{ABSENT.upper()}"),
    _get("B19b", "an id in braces", f"/v1/stories/{{{ABSENT}}}", 404, 422),
    _get("B19c", "a URN", f"/v1/stories/urn:uuid:{ABSENT}", 404, 422),
    _get("B19d", "no dashes", f"/v1/stories/{ABSENT.replace('-', '')}"),
    _get("B20", "a cursor of nobody's", "/v1/stories?cursor=zzzz"),
    _get("B20b", "a cursor that is no base64", "/v1/members?cursor=%FF%00"),
    _get("B20c", "a cursor in search", "/v1/search?q=x&cursor=-1"),
    _get("B20d", "a cursor in introductions", "/v1/introductions?cursor=x"),
    _get("B20e", "a cursor in keys", "/v1/keys?cursor=eA"),
    _get("B21", "limit 0", "/v1/stories?limit=0"),
    _get("B21b", "limit -1", "/v1/members?limit=-1"),
    _get("B21c", "limit 10^9", "/v1/search?q=x&limit=1000000000"),
    _get("B21d", "a limit in words", "/v1/search/people?q=x&limit=veel"),
    _get("B21e", "a limit with a fraction", "/v1/keys?limit=1.5"),
    Row("B22", "an ETag of an older state", "/v1/programmes/ours", b'{"region": "X"}', "PATCH",
        headers={"if-match": '"999"'}, statuses=(412,)),
    Row("B22b", "an ETag that is none", "/v1/programmes/ours", b'{"region": "X"}', "PATCH",
        headers={"if-match": "zzz"}, statuses=(412,)),
    Row("B23c", "a key of 300 characters", body=_story(), headers={"idempotency-key": "k" * 300}),
    _get("B25", "10 kB of languages", "/v1/session", 200, 400, 431,
         **{"accept-language": "nl;q=0.1," * 1_100}),
    _get("B25b", "a language that is none", "/v1/session", 200, **{"accept-language": ";;q=x,\t-"}),
    Row("B103", "an unknown field", body=_story(titel="Fout")),
    Row("B104", "an unknown code", body=_story(kind="recept")),
)  # fmt: skip

ELSEWHERE = {
    "B10": "a body that does not end is cut off after 20 s: tests/unit/gateway (patience_seconds)",
    "B23": "test_http.py, test_the_same_key_with_another_body_is_refused",
    "B24": "test_http.py, test_the_same_key_fifty_times_at_once_has_one_effect",
    "B26": "test_http.py for raw sockets; a published address refuses other hosts with 421:"
    " tests/unit/gateway/test_gateway_door.py",
}
